//! Reads that must find nothing: of rows that were never written, and of rows of another tenant.

use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::ports::{
    AuditFilter, CustomerFilter, LicenseFilter, OrderFilter, PromotionCodeFilter, SalesGroup,
    SalesRange, SalesTotals,
};

use crate::contracts::store::committing::committed;
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::written::{assert_absent, everything};
use crate::fixtures::Shop;

/// Reads of an empty store find nothing and return no error.
pub fn what_was_never_written_is_none(store: &Nodes<'_>) {
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
        store
            .orders(tenant, &OrderFilter::default(), &page)
            .map(|it| it.items.len()),
        store.parked(tenant, &page).map(|it| it.items.len()),
        store
            .licenses(tenant, &LicenseFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .deliveries(tenant, None, &page)
            .map(|it| it.items.len()),
        store.api_keys(tenant, None, &page).map(|it| it.items.len()),
        store.tokens(tenant, &page).map(|it| it.items.len()),
        store
            .customers(tenant, &CustomerFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .audit(tenant, &AuditFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .promotion_codes(tenant, &PromotionCodeFilter::default(), &page)
            .map(|it| it.items.len()),
        store.books_due(shop.now(), 10).map(|it| it.len()),
        store
            .unfinished_promotion_codes(shop.now(), 10)
            .map(|it| it.len()),
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

/// A tenant neither reads nor lists the rows of another tenant.
pub fn foreign_tenants_are_invisible(store: &Nodes<'_>) {
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
    assert_eq!(
        store.webhook_endpoint(me, &WebhookEndpointId::first_of(me)),
        Ok(None)
    );
    let code = &theirs.promotion_codes[0].value.id;
    assert_eq!(store.promotion_code(me, code), Ok(None));
    let sales = SalesRange {
        tenant: me.clone(),
        mode: shop.mode,
        from: None,
        until: None,
    };
    let none = SalesTotals {
        groups: vec![],
        accounts: vec![],
    };
    assert_eq!(store.sales_sums(&sales, SalesGroup::Day, 10), Ok(none));
    assert_eq!(store.ledger_range(&sales, None, 10), Ok(vec![]));
    assert_eq!(store.books_of(me, shop.mode), Ok(vec![]));
    let all = LicenseFilter::default();
    let lists = [
        store
            .orders(me, &OrderFilter::default(), &page)
            .map(|it| it.items.len()),
        store.licenses(me, &all, &page).map(|it| it.items.len()),
        store.deliveries(me, None, &page).map(|it| it.items.len()),
        store
            .activations(me, &license.id, &page)
            .map(|it| it.items.len()),
        store
            .customers(me, &CustomerFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .promotion_codes(me, &PromotionCodeFilter::default(), &page)
            .map(|it| it.items.len()),
        store
            .audit(me, &AuditFilter::default(), &page)
            .map(|it| it.items.len()),
        store.api_keys(me, None, &page).map(|it| it.items.len()),
        store.tokens(me, &page).map(|it| it.items.len()),
        store
            .api_keys(me, Some(&shop.product.id), &page)
            .map(|it| it.items.len()),
    ];
    for (i, list) in lists.into_iter().enumerate() {
        assert_eq!(list, Ok(0), "list {i}");
    }
    // The two tenants use the same slugs, and each reads its own rows.
    let products = store.products(me, &page).expect("the store answers");
    assert_eq!(products.items, [other.product]);
    let key_types = store.key_types(me, None, &page).expect("the store answers");
    assert_eq!(key_types.items, [other.key_type]);
}
