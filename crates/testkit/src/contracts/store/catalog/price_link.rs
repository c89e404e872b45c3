//! Stripe prices of key types.

use mintage_domain::base::money::{Currency, Money};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::price_link::PriceLink;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::comes_back;
use crate::fixtures::{Shop, stripe_account};

/// A price with the largest amount of a currency reads back unchanged.
pub fn a_price_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let kuwait = Currency::parse("kwd").expect("a currency");
    let mut link = shop.price_link();
    link.amount = Money::new(99_999_990, kuwait).expect("the most there is");
    comes_back(store, &shop, |it| it.prices.push(link));
}

/// A commit that forgets the prices of an account, of all key types, and writes one leaves the one that it
/// writes.
pub fn prices_are_forgotten_before_any_is_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let (tenant, account) = (&shop.tenant.id, &shop.account);
    let (before, after) = (shop.price_link(), shop.price_link());
    let second = shop.another_key_type("second");
    let beside = PriceLink {
        key_type: second.id.clone(),
        ..shop.price_link()
    };
    committed(
        store,
        changing(&shop, |it| {
            it.key_types.push(Write::new(second));
            it.prices.extend([before, beside]);
        }),
    );
    committed(
        store,
        changing(&shop, |it| {
            it.prices.push(after.clone());
            it.forgotten_prices.push((tenant.clone(), account.clone()));
        }),
    );
    assert_eq!(store.price_links(tenant, account), Ok(vec![after]));
}

/// A new price replaces the earlier one on its account. Forgetting the prices of an account keeps
/// those of other accounts and other tenants.
pub fn prices_are_replaced_and_forgotten_by_account(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sandbox = stripe_account("acct_sandbox");
    let link = |shop: &Shop, account| PriceLink {
        account,
        ..shop.price_link()
    };
    let first = link(&shop, shop.account.clone());
    let newer = link(&shop, shop.account.clone());
    let tested = link(&shop, sandbox.clone());
    let theirs = link(&other, sandbox.clone());
    for price in [&first, &tested, &theirs, &newer] {
        committed(store, changing(&shop, |it| it.prices.push(price.clone())));
    }
    let mine = &shop.tenant.id;
    assert_eq!(
        store.price_links(mine, &shop.account),
        Ok(vec![newer.clone()])
    );
    assert_eq!(store.price_links(mine, &sandbox), Ok(vec![tested.clone()]));
    let (product, key_type) = (&shop.product.id, &shop.key_type.id);
    for (account, link) in [(&shop.account, &newer), (&sandbox, &tested)] {
        let read = store.price_link(mine, product, key_type, account);
        assert_eq!(read, Ok(Some(link.clone())));
    }
    let unknown = stripe_account("acct_unknown");
    assert_eq!(
        store.price_link(mine, product, key_type, &unknown),
        Ok(None)
    );
    committed(
        store,
        changing(&shop, |it| {
            it.forgotten_prices.push((mine.clone(), sandbox.clone()));
        }),
    );
    assert_eq!(store.price_links(mine, &sandbox), Ok(vec![]));
    assert_eq!(store.price_links(mine, &shop.account), Ok(vec![newer]));
    assert_eq!(
        store.price_links(&other.tenant.id, &sandbox),
        Ok(vec![theirs])
    );
}
