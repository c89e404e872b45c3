//! Tenants with several endpoints: who receives an event, the lanes of the endpoints, and what waits.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::outbox::delivery::{Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::subscription::Subscription;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::outbox::delivery_claim::{claim, with_deliveries};
use crate::fixtures::Shop;

/// Writes endpoints, and returns them as they are stored.
fn set<const N: usize>(
    store: &Nodes<'_>,
    shop: &Shop,
    endpoints: [WebhookEndpoint; N],
) -> [WebhookEndpoint; N] {
    let writes = endpoints.map(Write::changed);
    committed(store, changing(shop, |it| it.endpoints = writes.to_vec()));
    writes.map(|write| write.value)
}

/// Queues an event of a license that is not addressed yet.
fn queue(store: &Nodes<'_>, shop: &Shop, license: &License, event: EventName) -> Delivery {
    let delivery = Delivery {
        event,
        waits_in: Some(license.mode),
        ..shop.delivery(license)
    };
    let write = Write::changed(delivery);
    let delivery = write.value.clone();
    committed(store, changing(shop, |it| it.deliveries.push(write)));
    delivery
}

/// The id, the endpoint and the waiting mode of all deliveries of a shop.
fn all(store: &Nodes<'_>, shop: &Shop) -> BTreeSet<(String, String, Option<Mode>)> {
    let page = store.deliveries(&shop.tenant.id, None, &PageRequest::default());
    let items = page.expect("the store answers").items.into_iter();
    items
        .map(|(it, _)| (it.id.to_string(), it.endpoint.to_string(), it.waits_in))
        .collect()
}

fn waiting(store: &Nodes<'_>) -> Vec<String> {
    let found = store
        .waiting_deliveries(None, 9)
        .expect("the store answers");
    found.iter().map(|it| it.id.to_string()).collect()
}

fn endpoints_of(claims: &[Claim]) -> Vec<String> {
    let ids = claims.iter().map(|it| it.endpoint.id.to_string());
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

fn other(mode: Mode) -> Mode {
    match mode {
        Mode::Live => Mode::Sandbox,
        Mode::Sandbox => Mode::Live,
    }
}

/// The endpoints of a tenant that have a URL are listed, the first one first; those of other tenants and
/// deleted ones are not, but a deleted one is found.
pub fn the_endpoints_of_a_tenant_are_listed(store: &Nodes<'_>) {
    let (shop, stranger) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    set(
        store,
        &stranger,
        [stranger.webhook_endpoint(), stranger.other_endpoint(None)],
    );
    let list = || {
        store
            .webhook_endpoints(&shop.tenant.id)
            .expect("the store answers")
    };
    assert_eq!(list(), []);
    let mut deleted = shop.other_endpoint(None);
    deleted.delete();
    let (live, first) = (
        shop.other_endpoint(Some(Mode::Live)),
        shop.webhook_endpoint(),
    );
    let [live, deleted, first] = set(store, &shop, [live, deleted, first]);
    assert_eq!(list(), [first.clone(), live.clone()]);
    for endpoint in [&live, &deleted, &first] {
        let found = store.webhook_endpoint(&shop.tenant.id, &endpoint.id);
        assert_eq!(found, Ok(Some(endpoint.clone())));
        let found = store.webhook_endpoint(&stranger.tenant.id, &endpoint.id);
        assert_eq!(found, Ok(None), "of another tenant");
    }
    set(store, &shop, [WebhookEndpoint { url: None, ..first }]);
    assert_eq!(list(), [live]);
}

/// A commit delivers an event to each endpoint that receives it, once, in the commit of the event.
pub fn an_event_is_delivered_to_each_endpoint_that_receives_it(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let mode = license.mode;
    let only_revoked = WebhookEndpoint {
        subscription: Subscription {
            events: Some([EventName::LicenseRevoked].into()),
            ..Subscription::default()
        },
        ..shop.other_endpoint(None)
    };
    let disabled = WebhookEndpoint {
        subscription: Subscription {
            is_enabled: false,
            ..Subscription::default()
        },
        ..shop.other_endpoint(None)
    };
    let [first, same_mode, _, revoked, _] = set(
        store,
        &shop,
        [
            shop.webhook_endpoint(),
            shop.other_endpoint(Some(mode)),
            shop.other_endpoint(Some(other(mode))),
            only_revoked,
            disabled,
        ],
    );
    let copy = |event: &Delivery, to: &WebhookEndpoint| {
        let id = event.id.to_endpoint(&to.id).to_string();
        (id, to.id.to_string(), None)
    };
    let created = queue(store, &shop, &license, EventName::LicenseCreated);
    let to_first = (created.id.to_string(), first.id.to_string(), None);
    let expected = [to_first, copy(&created, &same_mode)];
    assert_eq!(all(store, &shop), expected.clone().into());
    let revoked_event = queue(store, &shop, &license, EventName::LicenseRevoked);
    let mut expected: BTreeSet<_> = expected.into();
    expected.insert((revoked_event.id.to_string(), first.id.to_string(), None));
    expected.insert(copy(&revoked_event, &same_mode));
    expected.insert(copy(&revoked_event, &revoked));
    assert_eq!(all(store, &shop), expected);
    let same_bytes = store.delivery(&shop.tenant.id, &created.id.to_endpoint(&same_mode.id));
    let (copied, _) = same_bytes
        .expect("the store answers")
        .expect("it was written");
    assert_eq!(copied.sealed_body, created.sealed_body);
}

/// An event that no endpoint of its mode receives is not stored, and one whose tenant has no endpoint of its
/// mode waits. It is found once another endpoint than the first one receives it, unless the first one has a
/// URL, for which it waits.
pub fn an_event_that_waited_is_found_once_an_endpoint_receives_it(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let mode = license.mode;
    let event = queue(store, &shop, &license, EventName::LicenseCreated);
    let first = WebhookEndpointId::first_of(&shop.tenant.id);
    let waits = [(event.id.to_string(), first.to_string(), Some(mode))];
    assert_eq!(
        (all(store, &shop), waiting(store)),
        (waits.clone().into(), vec![])
    );
    let revoked = WebhookEndpoint {
        subscription: Subscription {
            mode: Some(mode),
            events: Some([EventName::LicenseRevoked].into()),
            is_enabled: true,
        },
        ..shop.other_endpoint(Some(mode))
    };
    let wrong_mode = shop.other_endpoint(Some(other(mode)));
    let [revoked, _] = set(store, &shop, [revoked, wrong_mode]);
    assert_eq!(waiting(store), [""; 0], "no endpoint receives it");
    queue(store, &shop, &license, EventName::LicenseCreated);
    assert_eq!(
        all(store, &shop),
        waits.into(),
        "the second event is not stored"
    );
    let both = Subscription {
        events: Some([EventName::LicenseRevoked, EventName::LicenseCreated].into()),
        ..revoked.subscription.clone()
    };
    let [receiving] = set(
        store,
        &shop,
        [WebhookEndpoint {
            subscription: both,
            ..revoked
        }],
    );
    assert_eq!(waiting(store), [event.id.to_string()]);
    let assigned = Write::changed(Delivery {
        endpoint: receiving.id.clone(),
        waits_in: None,
        ..event.clone()
    });
    set(store, &shop, [shop.webhook_endpoint()]);
    assert_eq!(waiting(store), [""; 0], "the first endpoint has a URL");
    committed(store, changing(&shop, |it| it.deliveries.push(assigned)));
    let moved = [(event.id.to_string(), receiving.id.to_string(), None)];
    assert_eq!(all(store, &shop), moved.into());
    assert_eq!(
        endpoints_of(&claim(store, shop.now(), 9, 9)),
        [receiving.id.to_string()]
    );
}

/// The deliveries to an endpoint are listed, those to the first one too.
pub fn the_deliveries_to_an_endpoint_are_listed(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let [first, second] = set(
        store,
        &shop,
        [shop.webhook_endpoint(), shop.other_endpoint(None)],
    );
    let events = [1, 2].map(|_| queue(store, &shop, &license, EventName::LicenseCreated));
    let list = |endpoint: &WebhookEndpoint| -> BTreeSet<String> {
        let page = PageRequest::default();
        let page = store.deliveries(&shop.tenant.id, Some(&endpoint.id), &page);
        let items = page.expect("the store answers").items.into_iter();
        items.map(|(it, _)| it.id.to_string()).collect()
    };
    assert_eq!(
        list(&first),
        events.each_ref().map(|it| it.id.to_string()).into()
    );
    let copies = events.map(|it| it.id.to_endpoint(&second.id).to_string());
    assert_eq!(list(&second), copies.into());
    assert_eq!(list(&shop.other_endpoint(None)), BTreeSet::new());
}

/// An endpoint that is disabled, paused or full delays no other endpoint of its tenant, and the deliveries
/// to a deleted one are claimed, so that they can fail.
pub fn endpoints_of_a_tenant_have_lanes_of_their_own(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 0);
    let license = shop.sold(store).license;
    let [second, third] = set(
        store,
        &shop,
        [shop.other_endpoint(None), shop.other_endpoint(None)],
    );
    for _ in 0..3 {
        queue(store, &shop, &license, EventName::LicenseCreated);
    }
    let first = WebhookEndpointId::first_of(&shop.tenant.id);
    let disabled = Subscription {
        is_enabled: false,
        ..Subscription::default()
    };
    let [third] = set(
        store,
        &shop,
        [WebhookEndpoint {
            subscription: disabled,
            ..third
        }],
    );
    let claims = claim(store, shop.now(), 99, 2);
    assert_eq!(claims.len(), 4, "two of each lane that is open");
    let mut open = [first.to_string(), second.id.to_string()];
    open.sort();
    assert_eq!(endpoints_of(&claims), open);
    for claim in &claims {
        assert_eq!(claim.delivery.endpoint, claim.endpoint.id);
    }
    let later = shop.now().plus(Duration::from_secs(1));
    assert_eq!(claim(store, later, 99, 2), [], "both are full");
    let mut deleted = third;
    deleted.delete();
    let [deleted] = set(store, &shop, [deleted]);
    let claims = claim(store, later, 99, 2);
    assert_eq!(endpoints_of(&claims), [deleted.id.to_string()]);
}

/// Each endpoint is sent the events of a license in their order, and waits for no other endpoint.
pub fn events_of_a_license_are_in_order_for_each_endpoint(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    set(
        store,
        &shop,
        [shop.webhook_endpoint(), shop.other_endpoint(None)],
    );
    let writes: Vec<_> = (1..=2)
        .map(|sequence| {
            Write::changed(Delivery {
                sequence,
                waits_in: Some(license.mode),
                ..shop.delivery(&license)
            })
        })
        .collect();
    committed(store, changing(&shop, |it| it.deliveries = writes));
    let now = shop.now();
    let firsts = claim(store, now, 9, 9);
    let sequences =
        |claims: &[Claim]| -> Vec<u64> { claims.iter().map(|it| it.delivery.sequence).collect() };
    assert_eq!(sequences(&firsts), [1, 1]);
    let delivered = Write::changed(Delivery {
        status: DeliveryStatus::Delivered,
        ..firsts[0].delivery.clone()
    });
    committed(store, changing(&shop, |it| it.deliveries.push(delivered)));
    let later = now.plus(Duration::from_secs(1));
    let second = claim(store, later, 9, 9);
    assert_eq!(sequences(&second), [2]);
    assert_eq!(endpoints_of(&second), [firsts[0].endpoint.id.to_string()]);
}
