//! Lists come in pages, newest first; no item is lost, and none comes twice.

use std::time::Duration;

use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::outbox::delivery::Delivery;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::ports::{AuditFilter, LicenseFilter, Store, StoreError};

use super::witness::{changing, committed};
use crate::fixtures::{Sale, Shop};

/// When each of seven rows is made, in seconds: some at the same moment.
const MOMENTS: [u64; 7] = [0, 0, 1, 1, 1, 2, 3];

/// All items of a list, read in pages of this size, with the sizes of the pages.
#[track_caller]
pub(super) fn read_all<T>(
    size: u16,
    list: &dyn Fn(&PageRequest) -> Result<Page<T>, StoreError>,
) -> (Vec<T>, Vec<usize>) {
    let mut request = PageRequest {
        after: None,
        limit: Some(size),
    };
    let (mut all, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let page = list(&request).expect("the store answers");
        sizes.push(page.items.len());
        all.extend(page.items);
        let Some(next) = page.next else {
            return (all, sizes);
        };
        // A reader gets the cursor as text and gives it back as text.
        let next = Cursor::parse(&next.to_text()).expect("a cursor is read back");
        request.after = Some(next);
        assert!(sizes.len() <= 1000, "the list does not end");
    }
}

/// Holds a list of seven to its order, whatever the size of the page. `place` says when an item
/// was made, and its id.
#[track_caller]
pub(super) fn assert_paged<T>(
    list: &dyn Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    place: &dyn Fn(&T) -> (Timestamp, String),
    mut written: Vec<(Timestamp, String)>,
) {
    written.sort();
    written.reverse();
    for (size, sizes) in [
        (1, vec![1; 7]),
        (2, vec![2, 2, 2, 1]),
        (3, vec![3, 3, 1]),
        (6, vec![6, 1]),
        (7, vec![7]),
        (100, vec![7]),
    ] {
        let (all, read) = read_all(size, list);
        let all: Vec<_> = all.iter().map(place).collect();
        assert_eq!(all, written, "in pages of {size}");
        assert_eq!(
            read, sizes,
            "no page but the last is short, and none is empty"
        );
    }
}

/// Writes seven rows, each at its moment.
pub(super) fn at_moments<T>(
    store: &dyn Store,
    shop: &Shop,
    make: impl Fn(usize) -> T,
    part: impl Fn(&mut Changes, &T),
) -> Vec<T> {
    let start = shop.now();
    let rows: Vec<T> = (0..)
        .zip(MOMENTS)
        .map(|(i, seconds)| {
            shop.env.clock.set(start.plus(Duration::from_secs(seconds)));
            make(i)
        })
        .collect();
    committed(
        store,
        changing(shop, |it| {
            for row in &rows {
                part(it, row);
            }
        }),
    );
    rows
}

/// Tenants.
pub fn tenants_are_paged(store: &dyn Store) {
    let shop = Shop::new("acme");
    let tenants = at_moments(
        store,
        &shop,
        |i| {
            let mut tenant = Shop::new(&format!("tenant{i}")).tenant;
            tenant.created_at = shop.now();
            tenant
        },
        |it, tenant| it.tenants.push(Write::changed(tenant.clone())),
    );
    assert_paged(
        &|page| store.tenants(page),
        &|it| (it.created_at, it.id.to_string()),
        tenants
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// Products.
pub fn products_are_paged(store: &dyn Store) {
    let shop = Shop::new("acme");
    let mut tenant = shop.changes();
    tenant.tenants.push(Write::changed(shop.tenant.clone()));
    committed(store, tenant);
    let products = at_moments(
        store,
        &shop,
        |i| shop.another_product(&format!("product{i}")),
        |it, product| it.products.push(Write::new(product.clone())),
    );
    assert_paged(
        &|page| store.products(&shop.tenant.id, page),
        &|it| (it.created_at, it.id.to_string()),
        products
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// Key types of one product.
pub fn key_types_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let product = shop.another_product("second");
    committed(
        store,
        changing(&shop, |it| it.products.push(Write::new(product.clone()))),
    );
    let key_types = at_moments(
        store,
        &shop,
        |i| KeyType {
            product: product.id.clone(),
            ..shop.another_key_type(&format!("plan{i}"))
        },
        |it, key_type| it.key_types.push(Write::new(key_type.clone())),
    );
    assert_paged(
        &|page| store.key_types(&shop.tenant.id, Some(&product.id), page),
        &|it| (it.created_at, it.id.to_string()),
        key_types
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// Key types of all products: two products may have one of the same name, made at the same moment.
pub fn key_types_of_one_name_in_two_products_are_both_listed(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let slugs = ["one", "two", "three"];
    committed(
        store,
        changing(&shop, |it| {
            for slug in slugs {
                it.products.push(Write::new(shop.another_product(slug)));
                it.key_types.push(Write::new(KeyType {
                    product: ProductId::parse(slug).expect("a slug"),
                    ..shop.key_type.clone()
                }));
            }
        }),
    );
    for size in [1, 2, 3] {
        let list = |page: &PageRequest| store.key_types(&shop.tenant.id, None, page);
        let (all, _) = read_all(size, &list);
        let mut products: Vec<&str> = all.iter().map(|it| it.product.as_str()).collect();
        products.sort_unstable();
        assert_eq!(
            products,
            ["one", "pixel", "three", "two"],
            "in pages of {size}"
        );
    }
}

/// Orders.
pub fn orders_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let orders = at_moments(
        store,
        &shop,
        |_| shop.order(),
        |it, order| it.orders.push(Write::changed(order.clone())),
    );
    assert_paged(
        &|page| store.orders(&shop.tenant.id, page),
        &|it| (it.created_at, it.id.to_string()),
        orders
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// Licenses.
pub fn licenses_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sales = at_moments(
        store,
        &shop,
        |_| shop.sale(),
        |it, sale| it.absorb(shop.selling(sale)),
    );
    let place = |sale: &Sale| (sale.license.created_at, sale.license.id.to_string());
    assert_paged(
        &|page| store.licenses(&shop.tenant.id, &LicenseFilter::default(), page),
        &|it| (it.license.created_at, it.license.id.to_string()),
        sales.iter().map(place).collect(),
    );
}

/// A license's devices, without those of its neighbours.
pub fn activations_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let [license, other] = [shop.sold(store), shop.sold(store)].map(|sale| sale.license);
    let elsewhere = Write::changed(shop.activation(&other));
    committed(store, changing(&shop, |it| it.activations.push(elsewhere)));
    let activations = at_moments(
        store,
        &shop,
        |_| shop.activation(&license),
        |it, activation| it.activations.push(Write::changed(activation.clone())),
    );
    let place = |it: &Activation| (it.first_seen, it.id.to_string());
    assert_paged(
        &|page| store.activations(&shop.tenant.id, &license.id, page),
        &place,
        activations.iter().map(place).collect(),
    );
}

/// Deliveries.
pub fn deliveries_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let deliveries = at_moments(
        store,
        &shop,
        |_| shop.delivery(&sale.license),
        |it, delivery| it.deliveries.push(Write::changed(delivery.clone())),
    );
    let place = |it: &Delivery| (it.created_at, it.id.to_string());
    assert_paged(
        &|page| store.deliveries(&shop.tenant.id, page),
        &|(it, _)| place(it),
        deliveries.iter().map(place).collect(),
    );
}

/// Parked events.
pub fn parked_events_are_paged(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let link = Write::changed(shop.account_link());
    committed(store, changing(&shop, |it| it.accounts.push(link)));
    let events = at_moments(
        store,
        &shop,
        |_| ProcessedEvent {
            outcome: EventOutcome::Parked {
                reason: "no such key type".to_owned(),
                payload: b"{}".to_vec(),
                retry_at: shop.now(),
            },
            ..shop.processed_event()
        },
        |it, event| it.events.push(Write::changed(event.clone())),
    );
    let place = |it: &ProcessedEvent| (it.received_at, it.id.to_string());
    assert_paged(
        &|page| store.parked(&shop.tenant.id, page),
        &place,
        events.iter().map(place).collect(),
    );
}

/// Rows written while a reader turns pages never make an older one come twice or get lost.
pub fn what_is_new_does_not_shift_the_pages_behind_it(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let orders = at_moments(
        store,
        &shop,
        |_| shop.order(),
        |it, order| it.orders.push(Write::changed(order.clone())),
    );
    let list = |page: &PageRequest| {
        shop.env.clock.advance(Duration::from_secs(1));
        let newer = Write::changed(shop.order());
        let page = store.orders(&shop.tenant.id, page);
        committed(store, changing(&shop, |it| it.orders.push(newer)));
        page
    };
    let (all, _) = read_all(2, &list);
    let mut read: Vec<_> = all.into_iter().map(|it| it.id).collect();
    read.reverse();
    let written: Vec<_> = orders.into_iter().map(|it| it.id).collect();
    assert_eq!(read.len(), written.len());
    assert!(written.iter().all(|id| read.contains(id)));
}

/// A page has 25 items when nothing is asked, and never more than 100.
pub fn a_page_has_at_most_a_hundred_items(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    committed(
        store,
        changing(&shop, |it| {
            it.audit = (0..120).map(|_| shop.audit_entry()).collect();
        }),
    );
    for (limit, size) in [
        (None, 25),
        (Some(0), 1),
        (Some(100), 100),
        (Some(u16::MAX), 100),
    ] {
        let page = store.audit(
            &shop.tenant.id,
            &AuditFilter::default(),
            &PageRequest { after: None, limit },
        );
        let page = page.expect("the store answers");
        assert_eq!(page.items.len(), size, "{limit:?}");
        assert!(page.next.is_some(), "there is more");
    }
}
