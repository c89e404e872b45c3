//! What reads find, and what they must not.

use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::sales::order::Order;
use mintage_domain::ports::{AuditFilter, CustomerFilter, LicenseFilter, Store};

use super::witness::{assert_absent, changing, committed, everything};
use crate::fixtures::{Sale, Shop, stripe_account};

/// Nothing is found in an empty store, and that is no error.
pub fn what_was_never_written_is_none(store: &dyn Store) {
    let shop = Shop::new("acme");
    assert_absent(store, &everything(&shop));
    let tenant = &shop.tenant.id;
    let page = PageRequest::default();
    let lists = [
        store.tenants(&page).map(|it| it.items.len()),
        store.products(tenant, &page).map(|it| it.items.len()),
        store
            .key_types(tenant, None, &page)
            .map(|it| it.items.len()),
        store.orders(tenant, &page).map(|it| it.items.len()),
        store.parked(tenant, &page).map(|it| it.items.len()),
        store
            .licenses(tenant, &LicenseFilter::default(), &page)
            .map(|it| it.items.len()),
        store.deliveries(tenant, &page).map(|it| it.items.len()),
        store.api_keys(tenant, None, &page).map(|it| it.items.len()),
        store
            .customers(tenant, &CustomerFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .audit(tenant, &AuditFilter::default(), &page)
            .map(|it| it.items.len()),
        store.price_links(tenant, &shop.account).map(|it| it.len()),
        store.licenses_of_order(&shop.order().id).map(|it| it.len()),
        store.retiring(10).map(|it| it.len()),
        store.parked_due(shop.now(), 10).map(|it| it.len()),
        store.stuck_orders(shop.now(), 10).map(|it| it.len()),
        store.overdue_mails(shop.now(), 10).map(|it| it.len()),
    ];
    for (i, list) in lists.into_iter().enumerate() {
        assert_eq!(list, Ok(0), "list {i}");
    }
    assert_eq!(store.ready(), Ok(()));
}

/// What one tenant has, another neither finds by its id nor sees in a list.
pub fn foreign_tenants_are_invisible(store: &dyn Store) {
    let (shop, other) = (Shop::new("acme"), Shop::opened(store, "other"));
    let theirs = everything(&shop);
    committed(store, theirs.clone());
    let me = &other.tenant.id;
    let page = PageRequest::default();
    let license = &theirs.licenses[0].value;
    let order = &theirs.orders[0].value;
    let account = &shop.account;
    assert_eq!(store.license(me, &license.id), Ok(None));
    assert_eq!(store.order(me, &order.id), Ok(None));
    assert_eq!(store.customer(me, &license.customer), Ok(None));
    assert_eq!(store.delivery(me, &theirs.deliveries[0].value.id), Ok(None));
    let link = store.price_link(me, &shop.product.id, &shop.key_type.id, account);
    assert_eq!(link, Ok(None));
    assert_eq!(store.price_links(me, account), Ok(vec![]));
    assert_eq!(store.connection(me), Ok(None));
    assert_eq!(store.webhook_endpoint(me), Ok(None));
    let all = LicenseFilter::default();
    let lists = [
        store.orders(me, &page).map(|it| it.items.len()),
        store.licenses(me, &all, &page).map(|it| it.items.len()),
        store.deliveries(me, &page).map(|it| it.items.len()),
        store
            .activations(me, &license.id, &page)
            .map(|it| it.items.len()),
        store
            .customers(me, &CustomerFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .audit(me, &AuditFilter::default(), &page)
            .map(|it| it.items.len()),
        store.api_keys(me, None, &page).map(|it| it.items.len()),
        store
            .api_keys(me, Some(&shop.product.id), &page)
            .map(|it| it.items.len()),
    ];
    for (i, list) in lists.into_iter().enumerate() {
        assert_eq!(list, Ok(0), "list {i}");
    }
    // Their slugs are the same, and still each sees its own.
    let products = store.products(me, &page).expect("the store answers");
    assert_eq!(products.items, [other.product]);
    let key_types = store.key_types(me, None, &page).expect("the store answers");
    assert_eq!(key_types.items, [other.key_type]);
}

/// An order is found by its session, on the account it was opened on alone.
pub fn an_order_is_found_by_its_session(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let Sale { order, .. } = shop.sold(store);
    let session = order.session.clone().expect("it has one");
    let elsewhere = stripe_account("acct_elsewhere");
    let same_elsewhere = Order {
        account: elsewhere.clone(),
        session: Some(session.clone()),
        ..shop.order()
    };
    assert_eq!(store.order_of_session(&elsewhere, &session), Ok(None));
    let put = Write::changed(same_elsewhere);
    committed(store, changing(&shop, |it| it.orders.push(put.clone())));
    let found = |account| store.order_of_session(account, &session);
    assert_eq!(found(&elsewhere), Ok(Some(put.value)));
    assert_eq!(found(&shop.account), Ok(Some(order)));
    let unknown = shop.session();
    assert_eq!(store.order_of_session(&shop.account, &unknown), Ok(None));
}

/// A price made again replaces the one before on its account; forgetting an account's prices
/// leaves those of other accounts and other tenants.
pub fn prices_are_replaced_and_forgotten_by_account(store: &dyn Store) {
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
    assert_eq!(store.price_links(mine, &sandbox), Ok(vec![tested]));
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

/// A revoked token and a revoked key are still found: who asks must see that they were revoked.
pub fn what_is_revoked_is_still_found(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let mut token = shop.management_token();
    token.revoked_at = Some(shop.now());
    let mut key = shop.api_key();
    key.revoked_at = Some(shop.now());
    committed(
        store,
        changing(&shop, |it| {
            it.tokens.push(Write::changed(token.clone()));
            it.api_keys.push(Write::changed(key.clone()));
        }),
    );
    let token = store.token(&token.hash).expect("the store answers");
    assert!(token.is_some_and(|it| it.revoked_at.is_some()));
    let key = store.api_key(&key.id).expect("the store answers");
    assert!(key.is_some_and(|it| it.revoked_at.is_some()));
}
