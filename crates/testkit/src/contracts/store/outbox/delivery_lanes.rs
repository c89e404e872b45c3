//! Lanes of deliveries: they take turns, and a lane that hangs delays no other.

use std::time::Duration;

use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::{ClaimLimits, Claimed};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::outbox::delivery_claim::{LEASE, claim, with_deliveries};
use crate::fixtures::Shop;

/// Changes the health of a shop's endpoint.
fn set_health(store: &Nodes<'_>, shop: &Shop, health: EndpointHealth) {
    let id = WebhookEndpointId::first_of(&shop.tenant.id);
    let endpoint = store.webhook_endpoint(&shop.tenant.id, &id);
    let endpoint = endpoint.expect("the store answers").expect("it was set");
    let changed = Write::changed(WebhookEndpoint { health, ..endpoint });
    committed(store, changing(shop, |it| it.endpoints.push(changed)));
}

fn hanging() -> EndpointHealth {
    EndpointHealth {
        is_unresponsive: true,
        width: Some(1),
        ..EndpointHealth::default()
    }
}

fn tenants(claims: &[Claim]) -> Vec<String> {
    let tenants = claims.iter().map(|it| it.delivery.tenant.to_string());
    tenants.collect()
}

#[track_caller]
fn claim_of_each(
    store: &Nodes<'_>,
    now: Timestamp,
    responsive: usize,
    unresponsive: usize,
) -> Claimed<Claim> {
    let limits = ClaimLimits {
        now,
        responsive,
        unresponsive,
        per_lane: 9,
        lease: LEASE,
    };
    store.claim(&limits).expect("the store answers")
}

/// Lanes with many due deliveries are served in turn, also if the deliveries of one are due longest.
pub fn lanes_take_turns(store: &Nodes<'_>) {
    let (first, _) = with_deliveries(store, "first", 9);
    let start = first.now();
    let (_second, _) = with_deliveries(store, "second", 9);
    let (_third, _) = with_deliveries(store, "third", 9);
    let mut order = Vec::new();
    for seconds in 1..=6 {
        let now = start.plus(Duration::from_secs(seconds));
        order.extend(tenants(&claim(store, now, 1, 9)));
    }
    let round = ["first", "second", "third"];
    assert_eq!(order, [round, round].concat());
}

/// A lane that becomes due is served before one that has just been served.
pub fn a_lane_that_was_just_served_waits_behind_the_others(store: &Nodes<'_>) {
    let (busy, _) = with_deliveries(store, "busy", 9);
    let (quiet, _) = with_deliveries(store, "quiet", 0);
    let at = |seconds| busy.now().plus(Duration::from_secs(seconds));
    assert_eq!(tenants(&claim(store, at(1), 1, 9)), ["busy"]);
    let sale = quiet.sold(store);
    let delivery = Delivery {
        due_at: at(0),
        ..quiet.delivery(&sale.license)
    };
    committed(
        store,
        changing(&quiet, |it| it.deliveries.push(Write::changed(delivery))),
    );
    assert_eq!(tenants(&claim(store, at(2), 1, 9)), ["quiet"]);
    assert_eq!(tenants(&claim(store, at(2), 9, 9)).len(), 8);
}

/// Of an endpoint with a width no more deliveries are leased at a time.
pub fn a_recovering_lane_is_narrow(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 9);
    let now = shop.now();
    for (width, leased) in [(Some(1), 1), (Some(3), 2), (None, 1), (Some(1), 0)] {
        let health = EndpointHealth {
            width,
            ..EndpointHealth::default()
        };
        set_health(store, &shop, health);
        assert_eq!(claim(store, now, 10, 4).len(), leased, "{width:?}");
    }
    set_health(store, &shop, hanging());
    assert_eq!(claim(store, now.plus(LEASE), 10, 4).len(), 1);
}

/// A delivery that is settled makes room in its lane at once.
pub fn a_result_makes_room_in_its_lane(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 3);
    let now = shop.now();
    let leased = claim(store, now, 10, 1).remove(0).delivery;
    assert_eq!(claim(store, now, 10, 1), []);
    let delivered = Delivery {
        status: DeliveryStatus::Delivered,
        ..leased
    };
    let write = Write::changed(delivered);
    committed(store, changing(&shop, |it| it.deliveries.push(write)));
    let later = now.plus(Duration::from_secs(1));
    let next = claim(store, later, 10, 1).remove(0).delivery;
    let retried = Delivery {
        status: DeliveryStatus::Pending,
        due_at: later.plus(Duration::from_hours(1)),
        ..next
    };
    let write = Write::changed(retried);
    committed(store, changing(&shop, |it| it.deliveries.push(write)));
    assert_eq!(claim(store, later, 10, 1).len(), 1, "the third");
    assert_eq!(
        claim(store, later.plus(Duration::from_hours(2)), 10, 9).len(),
        2
    );
}

/// Deliveries of unresponsive lanes are within a limit of their own, however many there are, so that
/// they use up no room of the responsive ones.
pub fn unresponsive_lanes_leave_the_room_of_the_others(store: &Nodes<'_>) {
    let mut now = Timestamp::EPOCH;
    for n in 0..12 {
        let (shop, _) = with_deliveries(store, &format!("hanging-{n:02}"), 5);
        set_health(store, &shop, hanging());
        now = now.max(shop.now());
    }
    let (_healthy, _) = with_deliveries(store, "healthy", 5);
    let now = now.plus(Duration::from_secs(1));
    let claimed = claim_of_each(store, now, 2, 3);
    let healthy = |claims: &[Claim]| {
        let all = tenants(claims);
        all.iter().filter(|it| *it == "healthy").count()
    };
    assert_eq!((claimed.leased.len(), healthy(&claimed.leased)), (5, 2));
    assert!(claimed.has_more);
    let claimed = claim_of_each(store, now, 10, 0);
    assert_eq!((claimed.leased.len(), healthy(&claimed.leased)), (3, 3));
    assert!(!claimed.has_more);
    let claimed = claim_of_each(store, now, 0, 100);
    assert_eq!(claimed.leased.len(), 9, "one of each other lane");
}

/// Deliveries of a paused endpoint wait, and are claimed when it is resumed, or one at a time while it
/// is probed.
pub fn deliveries_of_a_paused_endpoint_wait(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 3);
    let now = shop.now();
    let paused = EndpointHealth {
        paused_at: Some(now),
        width: Some(1),
        ..EndpointHealth::default()
    };
    set_health(store, &shop, paused.clone());
    let later = now.plus(Duration::from_hours(99));
    assert_eq!(claim(store, later, 10, 10), []);
    let sale = shop.sold(store);
    let another = Write::changed(shop.delivery(&sale.license));
    committed(store, changing(&shop, |it| it.deliveries.push(another)));
    assert_eq!(claim(store, later, 10, 10), []);
    let probed = EndpointHealth {
        is_probed: true,
        ..paused
    };
    set_health(store, &shop, probed);
    assert_eq!(claim(store, later, 10, 10).len(), 1);
    set_health(store, &shop, EndpointHealth::default());
    assert_eq!(claim(store, later, 10, 10).len(), 3);
}
