//! Creating promotion codes at Stripe, and what a crash leaves.

use std::time::Duration;

use mintage_domain::base::text::Text;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::ledger::promotion_code::{
    CodeState, CodeText, Discount, DurationKind, PercentOff, PromotionCode,
};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{EventData, SessionDiscount, SessionFacts};
use mintage_domain::ports::{Commit, NewCoupon, PromotionCodes, SalesGroup, SalesRange, Stripe};
use mintage_domain::ports::{Ledgers, StripeIdempotencyKey};
use mintage_domain::usecase::sales::promotion_code::{
    CreatePromotionCode, PromotionCodeError, create_promotion_code, remove_unfinished,
};

use crate::seller::{Seller, paid};

fn new(seller: &Seller, code: &str) -> CreatePromotionCode {
    CreatePromotionCode {
        mode: seller.shop.mode,
        product: None,
        code: CodeText::parse(code).expect("a code"),
        discount: Discount::Percent(PercentOff::from_hundredths(2_500).expect("a share")),
        duration: DurationKind::Once,
        months: None,
        max_redemptions: None,
        expires_at: None,
        first_time_only: false,
        campaign: Some(Text::truncated("spring")),
        active: true,
    }
}

fn create(seller: &Seller, code: &str) -> Result<PromotionCode, PromotionCodeError> {
    let by = (&seller.shop.tenant.id, &Actor::Operator);
    let env = seller.shop.env.env();
    let new = new(seller, code);
    create_promotion_code(&*seller.store, &*seller.stripe, &env, by, &new)
}

#[test]
fn a_code_that_is_taken_leaves_no_coupon() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let first = create(&seller, "SPRING").expect("a code");
    assert_eq!(create(&seller, "spring"), Err(PromotionCodeError::Taken));
    let coupons = seller.stripe.coupons(&account);
    assert_eq!(coupons.len(), 1);
    assert_eq!(coupons[0].id, first.coupon_id());
    assert_eq!(seller.stripe.active_codes(&account), ["SPRING"]);
    assert_eq!(seller.audited("promotion-code.created"), 1);
}

#[test]
fn what_a_crash_leaves_is_removed_and_what_is_created_stays() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    create(&seller, "STAYS").expect("a code");
    // The server crashed after it had created the coupon.
    let crashed = PromotionCode {
        state: CodeState::Creating,
        stripe_id: None,
        ..seller.shop.promotion_code()
    };
    let mut changes = seller.shop.changes();
    changes
        .promotion_codes
        .push(Write::changed(crashed.clone()));
    seller.store.commit(changes).expect("it is new");
    let coupon = NewCoupon {
        id: crashed.coupon_id(),
        name: "A quarter".to_owned(),
        discount: crashed.discount,
        duration: crashed.duration,
        months: None,
        products: Vec::new(),
    };
    let key = StripeIdempotencyKey::new(&["coupon"]);
    let created = seller
        .stripe
        .create_coupon(&account.clone().into(), &coupon, &key);
    created.expect("a coupon");
    let sweep = || {
        let env = seller.shop.env.env();
        remove_unfinished(&*seller.store, &*seller.stripe, &env, 10).expect("the store answers")
    };
    assert_eq!(sweep(), (0, 0), "it may still be under way");
    seller.shop.env.clock.advance(Duration::from_mins(11));
    assert_eq!(sweep(), (1, 0));
    assert_eq!(sweep(), (0, 0));
    assert_eq!(seller.stripe.coupons(&account).len(), 1);
    assert_eq!(seller.stripe.active_codes(&account), ["STAYS"]);
    let removed = seller
        .store
        .promotion_code(&crashed.tenant, &crashed.id)
        .expect("the store answers");
    assert_eq!(removed.expect("a code").state, CodeState::Removed);
}

#[test]
fn an_order_remembers_the_code_that_it_was_sold_by_also_if_it_was_free() {
    let seller = Seller::on_sale();
    let known = create(&seller, "SPRING").expect("a code");
    let known = known.stripe_id.expect("it is created");
    let foreign = seller.shop.stripe_id("promo_");
    for (promotion_code, is_free) in [(known, false), (foreign.clone(), true)] {
        let session = seller.session();
        let discount = SessionDiscount {
            amount: if is_free { 2_900 } else { 725 },
            promotion_code: Some(promotion_code),
        };
        let sold = paid(&session);
        let facts = SessionFacts {
            discount: Some(discount),
            payment_intent: sold.payment_intent.clone().filter(|_| !is_free),
            ..sold
        };
        let received = seller.receive(EventData::SessionCompleted(facts));
        received.expect("it is applied");
    }
    let range = SalesRange {
        tenant: seller.shop.tenant.id.clone(),
        mode: seller.shop.mode,
        from: None,
        until: None,
    };
    let sums = seller.store.sales_sums(&range, SalesGroup::Code, 10);
    let sums: Vec<_> = sums
        .expect("the store answers")
        .groups
        .into_iter()
        .map(|it| {
            (
                it.group.unwrap_or_default(),
                it.orders,
                it.gross,
                it.discount,
            )
        })
        .collect();
    // The sale that was paid is counted with its charge, which is not read yet.
    let wanted = [
        ("SPRING".to_owned(), 0, 725, 725),
        (foreign.to_string(), 1, 2_900, 2_900),
    ];
    assert_eq!(sums, wanted);
}
