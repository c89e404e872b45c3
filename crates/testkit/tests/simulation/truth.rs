//! What must be true in the end.

use std::collections::BTreeSet;

use mintage_domain::base::id::LicenseId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::model::licenses::key::PresentedKey;
use mintage_domain::model::licenses::standing::{Revocation, RevocationReason, State};
use mintage_domain::model::outbox::delivery::Delivery;
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::ports::{
    Commit, Connections, Deliveries, LicenseFilter, LicenseRecord, Licenses, Mails, OrderFilter,
    Orders, ProcessedEvents,
};
use mintage_domain::usecase::env::SealedField;
use mintage_testkit::fixtures::Shop;

use crate::world::{Sale, World};

const ALL: PageRequest = PageRequest {
    after: None,
    limit: Some(PageRequest::MAX),
};

pub(crate) fn check(world: &World) {
    for sale in &world.sales {
        check_sale(world, sale);
    }
    for (number, shop) in world.shops.iter().enumerate() {
        check_shop(world, number, shop);
    }
}

/// A sale has its true status, and one license if it was paid.
fn check_sale(world: &World, sale: &Sale) {
    let (shop, now) = (&world.shops[sale.shop], world.env().now());
    let order = world.store.order_of_session(&shop.account, &sale.session);
    let order = order.unwrap().unwrap();
    assert_eq!(order.status, sale.end, "{}", sale.session);
    let licenses = world.store.licenses_of_order(&order.id).unwrap();
    if sale.end != OrderStatus::Fulfilled {
        assert_eq!(licenses, [], "a license was given away");
        return;
    }
    assert_eq!(licenses.len(), 1, "one license for {}", sale.session);
    let LicenseRecord { license, email, .. } = &licenses[0];
    assert_eq!(*email, sale.buyer);
    assert_eq!(order.customer.as_ref(), Some(&license.customer));
    let reason = license.standing.revocation().map(Revocation::reason);
    let ended = sale.refunded.then_some(RevocationReason::Refund);
    assert_eq!(reason, ended, "{}", sale.session);
    let state = if sale.refunded {
        State::Revoked
    } else {
        State::Active
    };
    assert_eq!(license.state(now), state);

    let deliveries = deliveries_of(world, shop, &license.id);
    let count = |event| deliveries.iter().filter(|it| it.event == event).count();
    assert_eq!(
        count(EventName::LicenseCreated),
        1,
        "one event of {}",
        sale.session
    );
    assert_eq!(
        count(EventName::LicenseRefunded),
        usize::from(sale.refunded)
    );
    let known = [
        EventName::LicenseCreated,
        EventName::LicenseRefunded,
        EventName::OrderPaid,
        EventName::OrderRefunded,
    ];
    assert_eq!(count(EventName::OrderPaid), 1);
    assert!(deliveries.iter().all(|it| known.contains(&it.event)));
    check_key(world, &licenses[0], &deliveries);
    check_mail(world, sale, &licenses[0]);
}

/// The buyer gets one mail, or none if the refund was received before the sale.
fn check_mail(world: &World, sale: &Sale, record: &LicenseRecord) {
    let license = &record.license;
    let mails = world.store.mails(&license.tenant, &license.id, &ALL);
    let to: Vec<_> = mails.unwrap().items.into_iter().map(|it| it.to).collect();
    match to.as_slice() {
        [] => assert!(sale.refunded, "nobody was mailed of {}", sale.session),
        [to] => assert_eq!(*to, record.email),
        _ => panic!("{} mails for {}", to.len(), sale.session),
    }
}

/// The delivered key is the key of the license.
fn check_key(world: &World, record: &LicenseRecord, deliveries: &[Delivery]) {
    let created = deliveries
        .iter()
        .find(|it| it.event == EventName::LicenseCreated);
    let created = created.unwrap();
    let (field, id) = (SealedField::DELIVERY_BODY, created.id.as_str());
    let body = world.env().open(field, id, &created.sealed_body).unwrap();
    let body: serde_json::Value = serde_json::from_slice(body.expose()).unwrap();
    let key = PresentedKey::parse(body["key"].as_str().unwrap()).unwrap();
    assert!(key.candidates().contains(&record.license.key_hash));
}

/// No license, order or event of a shop is left over.
fn check_shop(world: &World, number: usize, shop: &Shop) {
    let (store, tenant) = (&world.store, &shop.tenant.id);
    let filter = LicenseFilter::default();
    let licenses = store.licenses(tenant, &filter, &ALL).unwrap().items;
    let sold = world.sales.iter().filter(|sale| sale.shop == number);
    let paid = sold
        .filter(|sale| sale.end == OrderStatus::Fulfilled)
        .count();
    assert_eq!(licenses.len(), paid, "no license beside the sales");
    let keys: BTreeSet<_> = licenses.iter().map(|it| it.license.key_hash).collect();
    assert_eq!(keys.len(), paid, "each has a key of its own");
    let buyers: BTreeSet<_> = licenses.iter().map(|it| &it.email).collect();
    let customers: BTreeSet<_> = licenses.iter().map(|it| &it.license.customer).collect();
    assert_eq!(customers.len(), buyers.len(), "each buyer is one customer");
    for mode in Mode::ALL {
        let unrevoked = licenses
            .iter()
            .filter(|it| it.license.mode == mode && it.license.standing.revocation().is_none());
        let counted = counted(world, &Counter::Licenses(tenant.clone(), mode));
        assert_eq!(i64::try_from(unrevoked.count()), Ok(counted));
    }

    for order in store
        .orders(tenant, &OrderFilter::default(), &ALL)
        .unwrap()
        .items
    {
        let handed_out = world
            .sales
            .iter()
            .any(|sale| Some(&sale.session) == order.session.as_ref());
        if !handed_out {
            let end = match order.session {
                Some(_) => OrderStatus::Expired,
                None => OrderStatus::Abandoned,
            };
            assert_eq!(order.status, end, "nobody had a page for {}", order.id);
        }
    }
    assert_eq!(store.parked(tenant, &ALL).unwrap().items, []);
    let connection = store.connection(tenant).unwrap().unwrap();
    assert_eq!(connection.state.account().is_none(), world.ended[number]);
    assert_eq!(connection.retiring, []);
}

/// The value of a counter, read by a commit that adds 0.
fn counted(world: &World, counter: &Counter) -> i64 {
    let env = world.env();
    let mut changes = env.changes(env.now());
    changes.counters.push(Count {
        counter: counter.clone(),
        add: 0,
        cap: None,
    });
    world.store.commit(changes).unwrap().counters[counter]
}

fn deliveries_of(world: &World, shop: &Shop, license: &LicenseId) -> Vec<Delivery> {
    let deliveries = world
        .store
        .deliveries(&shop.tenant.id, None, &ALL)
        .unwrap()
        .items;
    let deliveries = deliveries.into_iter().map(|(delivery, _)| delivery);
    deliveries
        .filter(|it| it.license.as_ref() == Some(license))
        .collect()
}
