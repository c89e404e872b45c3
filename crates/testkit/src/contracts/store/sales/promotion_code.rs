//! Promotion codes.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::text::Text;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::ledger::promotion_code::{
    CodeState, Discount, DurationKind, PercentOff, PromotionCode,
};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::PromotionCodeFilter;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::{Shop, cents};

/// Codes of each kind, with and without each optional field, read back unchanged.
pub fn a_promotion_code_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let smallest = PercentOff::from_hundredths(1).expect("a share");
    let full = PromotionCode {
        product: Some(shop.product.id.clone()),
        discount: Discount::Amount(cents(500)),
        duration: DurationKind::Repeating,
        months: Some(u32::MAX),
        max_redemptions: Some(u32::MAX),
        expires_at: Some(INSTANTS[3]),
        first_time_only: true,
        ..shop.promotion_code()
    };
    let bare = PromotionCode {
        discount: Discount::Percent(smallest),
        duration: DurationKind::Forever,
        ..shop.promotion_code()
    };
    each_comes_back(store, &shop, |it| &mut it.promotion_codes, [full, bare]);
    let first = shop.promotion_code();
    let variants = CodeState::ALL.map(|state| PromotionCode {
        state,
        active: state == CodeState::Created,
        campaign: (state != CodeState::Created).then(|| Text::truncated("数独")),
        stripe_id: (state == CodeState::Created).then(|| shop.stripe_id("promo_")),
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.promotion_codes, variants);
}

/// A code is found by its id at Stripe on its account, and in no other mode.
pub fn a_promotion_code_is_found_by_its_id_at_stripe(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let write = Write::changed(shop.promotion_code());
    let code = write.value.clone();
    committed(store, changing(&shop, |it| it.promotion_codes.push(write)));
    let id = code.stripe_id.clone().expect("it is created");
    let at = |mode| AccountRef {
        mode,
        account: shop.account.clone(),
    };
    let found = store.promotion_code_at_stripe(&at(shop.mode), &id);
    assert_eq!(found, Ok(Some(code)));
    assert_eq!(
        store.promotion_code_at_stripe(&at(Mode::Sandbox), &id),
        Ok(None)
    );
}

/// Only created codes are listed, by mode, product, campaign and whether they are active.
pub fn created_promotion_codes_are_listed_by_their_filters(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let product = PromotionCode {
        product: Some(shop.product.id.clone()),
        ..shop.promotion_code()
    };
    let ended = PromotionCode {
        active: false,
        campaign: None,
        ..shop.promotion_code()
    };
    let sandbox = PromotionCode {
        account: AccountRef {
            mode: Mode::Sandbox,
            account: shop.account.clone(),
        },
        ..shop.promotion_code()
    };
    let removed = PromotionCode {
        state: CodeState::Removed,
        ..shop.promotion_code()
    };
    let ids = [&product, &ended, &sandbox].map(|it| it.id.clone());
    let codes = [product, ended, sandbox, removed].map(Write::changed);
    committed(
        store,
        changing(&shop, |it| it.promotion_codes.extend(codes)),
    );
    let any = PromotionCodeFilter::default();
    for (filter, found) in [
        (any.clone(), vec![0, 1, 2]),
        (
            PromotionCodeFilter {
                mode: Some(Mode::Sandbox),
                ..any.clone()
            },
            vec![2],
        ),
        (
            PromotionCodeFilter {
                product: Some(shop.product.id.clone()),
                ..any.clone()
            },
            vec![0],
        ),
        (
            PromotionCodeFilter {
                campaign: Some(Text::truncated("spring")),
                ..any.clone()
            },
            vec![0, 2],
        ),
        (
            PromotionCodeFilter {
                active: Some(false),
                ..any.clone()
            },
            vec![1],
        ),
    ] {
        let page = store.promotion_codes(&shop.tenant.id, &filter, &PageRequest::default());
        let page = page.expect("the store answers");
        let mut listed: Vec<_> = page.items.into_iter().map(|it| it.id).collect();
        let mut wanted: Vec<_> = found.into_iter().map(|n: usize| ids[n].clone()).collect();
        listed.sort();
        wanted.sort();
        assert_eq!(listed, wanted, "{filter:?}");
    }
}

/// Codes whose creation or removal was interrupted are found once they are old, oldest first.
pub fn unfinished_promotion_codes_are_found_when_they_are_old(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let now = shop.now();
    let made = |state, seconds| PromotionCode {
        state,
        stripe_id: None,
        created_at: now.plus(Duration::from_secs(seconds)),
        ..shop.promotion_code()
    };
    let codes = [
        made(CodeState::Removing, 1),
        made(CodeState::Creating, 0),
        made(CodeState::Created, 0),
        made(CodeState::Removed, 0),
        made(CodeState::Creating, 9),
    ];
    let (second, first) = (codes[0].id.clone(), codes[1].id.clone());
    let codes = codes.map(Write::changed);
    committed(
        store,
        changing(&shop, |it| it.promotion_codes.extend(codes)),
    );
    let before = now.plus(Duration::from_secs(9));
    let found = |n| {
        let found = store.unfinished_promotion_codes(before, n);
        let found = found.expect("the store answers").into_iter();
        found.map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(found(10), [first.clone(), second]);
    assert_eq!(found(1), [first]);
}

/// A list of codes is sorted, whatever the size of its pages.
pub fn promotion_codes_are_listed_newest_first(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let rows = at_moments(
        store,
        &shop,
        |_| shop.promotion_code(),
        |it, row| it.promotion_codes.push(Write::changed(row.clone())),
    );
    let any = PromotionCodeFilter::default();
    let place = |it: &PromotionCode| (it.created_at, it.id.to_string());
    assert_paged(
        &|page| store.promotion_codes(&shop.tenant.id, &any, page),
        &place,
        rows.iter().map(place).collect(),
    );
}
