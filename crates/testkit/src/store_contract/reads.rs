//! What reads find, and what they must not.

use super::witness::{assert_absent, changing, committed, everything};
use crate::fixtures::{Sale, Shop, email, stripe_account};
use mintage_domain::catalog::PriceLink;
use mintage_domain::changes::Put;
use mintage_domain::connection::{AccountLink, AccountRef, Connection};
use mintage_domain::customer::Customer;
use mintage_domain::license::state::{HoldCause, RevocationReason, Standing, State};
use mintage_domain::license::{License, OrderUnit};
use mintage_domain::mode::Mode;
use mintage_domain::order::{Order, OrderStatus};
use mintage_domain::page::PageRequest;
use mintage_domain::ports::{LicenseFilter, Store};
use mintage_domain::slug::ProductId;
use mintage_domain::stripe_event::{HeardEvent, HeardOutcome};
use std::collections::BTreeSet;
use std::time::Duration;

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
        store.audit(tenant, &page).map(|it| it.items.len()),
        store.price_links(tenant, &shop.account).map(|it| it.len()),
        store.licenses_of_order(&shop.order().id).map(|it| it.len()),
        store.retiring(10).map(|it| it.len()),
        store.parked_due(shop.now(), 10).map(|it| it.len()),
        store.stuck_orders(shop.now(), 10).map(|it| it.len()),
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
    assert_eq!(store.endpoint(me), Ok(None));
    let all = LicenseFilter::default();
    let lists = [
        store.orders(me, &page).map(|it| it.items.len()),
        store.licenses(me, &all, &page).map(|it| it.items.len()),
        store.deliveries(me, &page).map(|it| it.items.len()),
        store.audit(me, &page).map(|it| it.items.len()),
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

/// Each filter alone and all together keep exactly what fits.
pub fn licenses_are_filtered(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let second = shop.another_product("second");
    let mut key_type = shop.key_type.clone();
    key_type.product = second.id.clone();
    committed(
        store,
        changing(&shop, |it| {
            it.products.push(Put::new(second.clone()));
            it.key_types.push(Put::new(key_type));
        }),
    );
    let ann = Customer {
        email: email("ann@example.test"),
        ..shop.customer()
    };
    let bob = shop.customer();
    let licenses: Vec<License> = [
        (&ann, &shop.product.id),
        (&ann, &second.id),
        (&bob, &shop.product.id),
    ]
    .map(|(customer, product)| License {
        product: ProductId::clone(product),
        ..shop.license(customer)
    })
    .into();
    committed(
        store,
        changing(&shop, |it| {
            it.customers = vec![ann.clone(), bob];
            it.licenses = licenses.iter().cloned().map(Put::changed).collect();
        }),
    );
    let active = Some((State::Active, shop.now()));
    let frozen = Some((State::Frozen, shop.now()));
    let (pixel, ann) = (Some(shop.product.id.clone()), Some(ann.email));
    let nobody = Some(email("nobody@example.test"));
    for (product, state, email, expected) in [
        (None, None, None, vec![0, 1, 2]),
        (pixel.clone(), None, None, vec![0, 2]),
        (Some(second.id), None, None, vec![1]),
        (ProductId::parse("third").ok(), None, None, vec![]),
        (None, None, ann.clone(), vec![0, 1]),
        (None, None, nobody, vec![]),
        (None, active, None, vec![0, 1, 2]),
        (None, frozen, None, vec![]),
        (pixel.clone(), active, ann.clone(), vec![0]),
        (pixel, frozen, ann, vec![]),
    ] {
        let filter = LicenseFilter {
            product,
            state,
            email,
        };
        let expected: Vec<&License> = expected.into_iter().map(|i| &licenses[i]).collect();
        assert_filtered(store, &shop, &filter, &expected);
    }
}

/// A license is listed under the state it has at the time that was asked about, and no other; a
/// hold that was released and a term that is over do what they do everywhere.
pub fn licenses_are_filtered_by_their_state_at_a_time(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let customer = shop.customer();
    let end = shop.now().plus(Duration::from_mins(1));
    let admin = HoldCause::Admin;
    let dispute = || HoldCause::Dispute("dp_1".to_owned());
    let standing = |expires: bool, change: &dyn Fn(&mut Standing)| {
        let mut standing = Standing::new(expires.then_some(end));
        change(&mut standing);
        standing
    };
    let licenses: Vec<License> = [
        standing(false, &|_| ()),
        standing(true, &|_| ()),
        standing(false, &|it| assert!(it.hold(dispute()))),
        standing(true, &|it| {
            assert!(it.hold(admin.clone()) && it.hold(dispute()));
        }),
        standing(false, &|it| {
            assert!(it.hold(dispute()) && it.release(dispute()));
        }),
        standing(true, &|it| {
            assert!(it.hold(dispute()) && it.revoke(RevocationReason::Refund, end));
        }),
    ]
    .into_iter()
    .map(|standing| License {
        standing,
        ..shop.license(&customer)
    })
    .collect();
    committed(
        store,
        changing(&shop, |it| {
            it.customers.push(customer);
            it.licenses = licenses.iter().cloned().map(Put::changed).collect();
        }),
    );
    let just_before = mintage_domain::time::Timestamp::from_micros(end.as_micros() - 1);
    for now in [
        shop.now(),
        just_before,
        end,
        end.plus(Duration::from_secs(1)),
    ] {
        let mut listed = 0;
        for state in State::ALL {
            let expected: Vec<&License> = licenses
                .iter()
                .filter(|it| it.state(now) == state)
                .collect();
            let filter = LicenseFilter {
                state: Some((state, now)),
                ..LicenseFilter::default()
            };
            assert_filtered(store, &shop, &filter, &expected);
            listed += expected.len();
        }
        assert_eq!(listed, licenses.len(), "each is in one state");
    }
}

#[track_caller]
fn assert_filtered(store: &dyn Store, shop: &Shop, filter: &LicenseFilter, expected: &[&License]) {
    // The filter is applied before the page is cut.
    let mut request = PageRequest {
        after: None,
        limit: Some(1),
    };
    let mut read = BTreeSet::new();
    loop {
        let page = store.licenses(&shop.tenant.id, filter, &request);
        let page = page.expect("the store answers");
        read.extend(page.items.into_iter().map(|it| it.license.id));
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    let expected: BTreeSet<_> = expected.iter().map(|it| it.id.clone()).collect();
    assert_eq!(read, expected, "{filter:?}");
}

/// A license is told with its customer's address and the session of the order it was sold by.
pub fn a_license_is_told_with_its_address_and_session(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let given = shop.license(&sale.customer);
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Put::changed(given.clone()))),
    );
    for (id, session) in [
        (&sale.license.id, sale.order.session.clone()),
        (&given.id, None),
    ] {
        let record = store.license(&shop.tenant.id, id);
        let record = record.expect("the store answers").expect("it was minted");
        assert_eq!(
            (&record.email, &record.session),
            (&sale.customer.email, &session)
        );
    }
}

/// An order's licenses come by line, then by unit, however they were written.
pub fn licenses_of_an_order_come_in_the_order_of_its_units(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let other = shop.sold(store);
    let units = [(10, 0), (2, 1), (0, 1), (2, 0), (0, 10), (0, 2)];
    let licenses = units.map(|(line, unit)| License {
        unit: Some(OrderUnit {
            order: sale.order.id.clone(),
            line,
            unit,
        }),
        ..shop.license(&sale.customer)
    });
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = licenses.into_iter().map(Put::changed).collect();
        }),
    );
    let read = store.licenses_of_order(&sale.order.id);
    let read: Vec<(u32, u32)> = read
        .expect("the store answers")
        .into_iter()
        .filter_map(|it| it.license.unit)
        .map(|it| (it.line, it.unit))
        .collect();
    assert_eq!(
        read,
        [(0, 0), (0, 1), (0, 2), (0, 10), (2, 0), (2, 1), (10, 0)]
    );
    let read = store.licenses_of_order(&other.order.id);
    assert_eq!(read.expect("the store answers").len(), 1);
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
    let put = Put::changed(same_elsewhere);
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

/// Connections with accounts to retire are found until there are none left, no more than asked.
pub fn connections_to_retire_are_found(store: &dyn Store) {
    let shops = ["one", "two", "three"].map(|slug| Shop::opened(store, slug));
    let left = shops.each_ref().map(|shop| {
        let mut connection = shop.connection();
        connection.disconnect(false);
        Put::changed(connection).value
    });
    for (shop, connection) in shops.iter().zip(&left) {
        let mut unwritten = connection.clone();
        unwritten.version = 0;
        let put = Put::changed(unwritten);
        committed(store, changing(shop, |it| it.connections.push(put)));
    }
    let found = |n| -> BTreeSet<_> {
        let found = store.retiring(n).expect("the store answers");
        assert!(found.iter().all(|it| left.contains(it)), "as written");
        found.into_iter().map(|it| it.tenant).collect()
    };
    assert_eq!((found(10).len(), found(2).len(), found(0).len()), (3, 2, 0));
    let retired = Connection {
        retiring: vec![],
        ..left[0].clone()
    };
    committed(
        store,
        changing(&shops[0], |it| it.connections.push(Put::changed(retired))),
    );
    assert!(!found(10).contains(&shops[0].tenant.id));
    assert_eq!(found(10).len(), 2);
}

/// Parked events come due at their time, oldest first, no more than asked; settled ones never.
pub fn parked_events_come_due_oldest_first(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let after = |seconds| start.plus(Duration::from_secs(seconds));
    let parked = |received: u64, retry: u64| HeardEvent {
        received_at: after(received),
        outcome: HeardOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: after(retry),
        },
        ..shop.heard_event()
    };
    let events = [parked(2, 10), parked(1, 20), parked(3, 10), parked(0, 30)]
        .map(|event| Put::changed(event).value);
    let settled = shop.heard_event();
    committed(
        store,
        changing(&shop, |it| {
            it.events.push(Put::changed(settled));
            for event in &events {
                let mut event = event.clone();
                event.version = 0;
                it.events.push(Put::changed(event));
            }
        }),
    );
    for (now, n, expected) in [
        (9, 10, vec![]),
        (10, 10, vec![0, 2]),
        (10, 1, vec![0]),
        (20, 10, vec![1, 0, 2]),
        (30, 3, vec![3, 1, 0]),
        (30, 10, vec![3, 1, 0, 2]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|i| events[i].clone()).collect();
        assert_eq!(
            store.parked_due(after(now), n),
            Ok(expected),
            "{n} at {now}"
        );
    }
    let applied = HeardEvent {
        outcome: HeardOutcome::Applied,
        ..events[0].clone()
    };
    committed(
        store,
        changing(&shop, |it| it.events.push(Put::changed(applied))),
    );
    let due = store.parked_due(after(10), 10).expect("the store answers");
    assert_eq!(due, [events[2].clone()]);
}

/// Parked events are listed to the tenant whom their account belongs to in their mode; an account
/// that moves takes them along.
pub fn parked_events_belong_to_the_tenant_of_their_account(store: &dyn Store) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    let account = one.account.clone();
    let link = |shop: &Shop, mode| AccountLink {
        account: AccountRef {
            mode,
            account: account.clone(),
        },
        ..shop.account_link()
    };
    let parked = |endpoint, account| HeardEvent {
        endpoint,
        account,
        outcome: HeardOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: one.now(),
        },
        ..one.heard_event()
    };
    let live = parked(Mode::Live, Some(account.clone()));
    let sandbox = parked(Mode::Sandbox, Some(account.clone()));
    committed(
        store,
        changing(&one, |it| {
            it.accounts.push(Put::changed(link(&one, Mode::Live)));
            it.accounts.push(Put::changed(link(&two, Mode::Sandbox)));
            it.events.push(Put::changed(live.clone()));
            it.events.push(Put::changed(sandbox.clone()));
            it.events.push(Put::changed(parked(Mode::Live, None)));
            it.events.push(Put::changed(one.heard_event()));
        }),
    );
    let listed = |shop: &Shop| -> Vec<_> {
        let page = store.parked(&shop.tenant.id, &PageRequest::default());
        let items = page.expect("the store answers").items;
        items.into_iter().map(|it| it.id).collect()
    };
    assert_eq!(
        (listed(&one), listed(&two)),
        (vec![live.id.clone()], vec![sandbox.id.clone()])
    );
    let mut moved = Put::changed(link(&one, Mode::Live)).value;
    moved.tenant = two.tenant.id.clone();
    committed(
        store,
        changing(&one, |it| it.accounts.push(Put::changed(moved))),
    );
    assert_eq!((listed(&one).len(), listed(&two).len()), (0, 2));
}

/// Orders still opening that were made before a time are found, no more than asked.
pub fn stuck_orders_are_found(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let opening = |seconds| Order {
        status: OrderStatus::Opening,
        session: None,
        created_at: start.plus(Duration::from_secs(seconds)),
        ..shop.order()
    };
    let orders = [opening(0), opening(1), opening(2)];
    let open = Order {
        status: OrderStatus::Open,
        ..opening(0)
    };
    committed(
        store,
        changing(&shop, |it| {
            it.orders.push(Put::changed(open));
            for order in &orders {
                it.orders.push(Put::changed(order.clone()));
            }
        }),
    );
    let found = |seconds, n| -> BTreeSet<_> {
        let before = start.plus(Duration::from_secs(seconds));
        let orders = store.stuck_orders(before, n).expect("the store answers");
        orders.into_iter().map(|it| it.id).collect()
    };
    let ids = |range: std::ops::Range<usize>| -> BTreeSet<_> {
        orders[range].iter().map(|it| it.id.clone()).collect()
    };
    assert_eq!(found(0, 10), ids(0..0));
    assert_eq!(found(1, 10), ids(0..1));
    assert_eq!(found(2, 10), ids(0..2));
    assert_eq!(found(9, 10), ids(0..3));
    assert_eq!(found(9, 2).len(), 2);
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
            it.tokens.push(Put::changed(token.clone()));
            it.api_keys.push(Put::changed(key.clone()));
        }),
    );
    let token = store.token(&token.hash).expect("the store answers");
    assert!(token.is_some_and(|it| it.revoked_at.is_some()));
    let key = store.api_key(&key.id).expect("the store answers");
    assert!(key.is_some_and(|it| it.revoked_at.is_some()));
}
