//! Claims of deliveries: each delivery is leased to one worker, within the limit of its endpoint.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::ClaimLimits;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::{Shop, web_url};

pub(in crate::contracts::store) const LEASE: Duration = Duration::from_mins(1);

/// A shop with an endpoint and `n` deliveries that are due now, as they are stored.
pub(in crate::contracts::store) fn with_deliveries(
    store: &Nodes<'_>,
    slug: &str,
    n: usize,
) -> (Shop, Vec<Delivery>) {
    let shop = Shop::opened(store, slug);
    let endpoint = Write::changed(shop.webhook_endpoint());
    committed(store, changing(&shop, |it| it.endpoints.push(endpoint)));
    let sale = shop.sold(store);
    let writes: Vec<_> = (0..n)
        .map(|_| Write::changed(shop.delivery(&sale.license)))
        .collect();
    committed(
        store,
        changing(&shop, |it| it.deliveries.clone_from(&writes)),
    );
    (shop, writes.into_iter().map(|write| write.value).collect())
}

#[track_caller]
pub(in crate::contracts::store) fn claim(
    store: &Nodes<'_>,
    now: Timestamp,
    n: usize,
    cap: usize,
) -> Vec<Claim> {
    let claimed = store.claim(&limits(now, n, cap));
    claimed.expect("the store answers").leased
}

fn limits(now: Timestamp, n: usize, per_lane: usize) -> ClaimLimits {
    ClaimLimits {
        now,
        responsive: n,
        unresponsive: n,
        per_lane,
        lease: LEASE,
    }
}

#[track_caller]
fn read(store: &Nodes<'_>, delivery: &Delivery) -> Delivery {
    let read = store.delivery(&delivery.tenant, &delivery.id);
    let (delivery, _) = read.expect("the store answers").expect("it was written");
    delivery
}

/// A claim leases a delivery until the lease ends, counts the attempt and the version, and returns
/// the endpoint.
pub fn a_claim_leases_and_counts(store: &Nodes<'_>) {
    let (shop, written) = with_deliveries(store, "acme", 1);
    let claims = claim(store, shop.now(), 10, 10);
    let leased = Delivery {
        status: DeliveryStatus::Leased,
        attempts: 1,
        due_at: shop.now().plus(LEASE),
        version: 2,
        ..written[0].clone()
    };
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].delivery, leased);
    let endpoint = store
        .webhook_endpoint(&shop.tenant.id, &claims[0].endpoint.id)
        .expect("the store answers");
    assert_eq!(Some(&claims[0].endpoint), endpoint.as_ref());
    assert_eq!(read(store, &written[0]), leased);
}

/// A claim returns no delivery that is settled or not yet due.
pub fn only_what_is_due_is_claimed(store: &Nodes<'_>) {
    let (shop, due) = with_deliveries(store, "acme", 1);
    let sale = shop.sold(store);
    let later = shop.now().plus(Duration::from_secs(5));
    let with = |status, due_at| Delivery {
        status,
        due_at,
        ..shop.delivery(&sale.license)
    };
    let others = [
        with(DeliveryStatus::Pending, later),
        with(DeliveryStatus::Delivered, shop.now()),
        with(DeliveryStatus::Failed, shop.now()),
    ];
    committed(
        store,
        changing(&shop, |it| {
            it.deliveries = others.iter().cloned().map(Write::changed).collect();
        }),
    );
    let claimed = |now| -> Vec<_> {
        let claims = claim(store, now, 10, 10);
        claims.into_iter().map(|it| it.delivery.id).collect()
    };
    assert_eq!(claimed(shop.now()), [due[0].id.clone()]);
    let just_before = Timestamp::from_micros(later.as_micros() - 1);
    assert!(claimed(just_before).is_empty());
    assert_eq!(claimed(later), [others[0].id.clone()]);
}

/// A claim returns at most `n` deliveries.
pub fn a_claim_is_no_larger_than_asked(store: &Nodes<'_>) {
    let (shop, written) = with_deliveries(store, "acme", 5);
    let sizes = [2, 0, 2, 2, 2].map(|n| claim(store, shop.now(), n, 10).len());
    assert_eq!(sizes, [2, 0, 2, 1, 0]);
    assert!(written.iter().all(|it| read(store, it).attempts == 1));
}

/// A claim returns the longest due deliveries first.
pub fn what_is_due_longest_is_claimed_first(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 0);
    let sale = shop.sold(store);
    let start = shop.now();
    let deliveries: Vec<Delivery> = [4, 1, 6, 2, 5, 3]
        .map(|seconds| Delivery {
            due_at: start.plus(Duration::from_secs(seconds)),
            ..shop.delivery(&sale.license)
        })
        .into();
    committed(
        store,
        changing(&shop, |it| {
            it.deliveries = deliveries.iter().cloned().map(Write::changed).collect();
        }),
    );
    let now = start.plus(Duration::from_secs(9));
    for i in [1, 3, 5, 0, 4, 2] {
        let claims = claim(store, now, 1, 10);
        assert_eq!(claims[0].delivery.id, deliveries[i].id);
    }
}

/// At most `cap` deliveries of one endpoint are leased at a time, over all claims, and the others
/// of this endpoint delay no other endpoint.
pub fn a_lane_is_capped(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "busy", 6);
    let (other, theirs) = with_deliveries(store, "other", 1);
    let lanes = |claims: &[Claim]| {
        let busy = claims
            .iter()
            .filter(|it| it.delivery.tenant == shop.tenant.id);
        (busy.count(), claims.len())
    };
    assert_eq!(
        lanes(&claim(store, shop.now(), 10, 2)),
        (2, 3),
        "two, and the other's one"
    );
    assert!(
        claim(store, shop.now(), 10, 2).is_empty(),
        "the lane is full"
    );
    assert_eq!(read(store, &theirs[0]).tenant, other.tenant.id);
    let ended = shop.now().plus(LEASE);
    assert_eq!(
        lanes(&claim(store, ended, 10, 4)),
        (4, 5),
        "ended leases fill no lane"
    );
}

/// Deliveries of an endpoint with `cap` leases do not use up a claim, even if they are due longest.
pub fn a_full_lane_leaves_room_for_others(store: &Nodes<'_>) {
    let (busy, _) = with_deliveries(store, "busy", 20);
    let later = busy.env.clock.advance(Duration::from_secs(1));
    let (other, _) = with_deliveries(store, "other", 1);
    other.env.clock.set(later);
    let claims = claim(store, later, 2, 1);
    let mut tenants: Vec<_> = claims
        .iter()
        .map(|it| it.delivery.tenant.as_str())
        .collect();
    tenants.sort_unstable();
    assert_eq!(tenants, ["busy", "other"]);
}

/// A delivery whose lease has ended is claimed again, as the next attempt; a running lease is not.
pub fn an_ended_lease_is_claimed_again(store: &Nodes<'_>) {
    let (shop, written) = with_deliveries(store, "acme", 1);
    claim(store, shop.now(), 10, 10);
    let end = shop.now().plus(LEASE);
    let just_before = Timestamp::from_micros(end.as_micros() - 1);
    assert!(claim(store, just_before, 10, 10).is_empty());
    let again = claim(store, end, 10, 10);
    let lease = &again[0].delivery;
    assert_eq!(
        (&lease.id, lease.attempts, lease.version),
        (&written[0].id, 2, 3)
    );
    assert_eq!(lease.due_at, end.plus(LEASE));
}

/// The worker whose lease ended cannot write the outcome of its attempt; the worker with the new
/// lease can.
pub fn an_outcome_of_a_lost_lease_is_refused(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 1);
    let lost = claim(store, shop.now(), 1, 1).remove(0).delivery;
    let held = claim(store, shop.now().plus(LEASE), 1, 1)
        .remove(0)
        .delivery;
    let outcome = |lease: &Delivery| {
        let delivered = Delivery {
            status: DeliveryStatus::Delivered,
            ..lease.clone()
        };
        changing(&shop, |it| {
            it.attempts.push(shop.attempt(lease, lease.attempts));
            it.deliveries.push(Write::changed(delivered));
        })
    };
    let stale = Refusal::Stale(Row::Delivery(lost.id.clone()));
    assert_eq!(refused(store, outcome(&lost)), stale);
    committed(store, outcome(&held));
    let (delivery, attempts) = store
        .delivery(&shop.tenant.id, &held.id)
        .expect("the store answers")
        .expect("it was written");
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    let numbers: Vec<u32> = attempts.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [2], "only the holder's attempt is there");
    assert!(
        claim(store, held.due_at, 10, 10).is_empty(),
        "it is settled"
    );
}

/// Deliveries wait while their tenant has no endpoint, or an endpoint without a URL, or one that is
/// gone. They are claimed once the endpoint has a URL.
pub fn without_a_url_it_waits(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let delivery = Write::changed(shop.delivery(&sale.license));
    committed(store, changing(&shop, |it| it.deliveries.push(delivery)));
    let nothing = || claim(store, shop.now(), 10, 10).is_empty();
    assert!(nothing(), "no endpoint");
    let url = Some(web_url("https://new.example.test/"));
    let now = Some(shop.now());
    let steps = [
        (None, None, true),
        (url.clone(), now, true),
        (None, now, true),
        (url, None, false),
    ];
    for (version, (url, gone_since, waits)) in (0..).zip(steps) {
        let endpoint = WebhookEndpoint {
            url,
            gone_since,
            version,
            ..shop.webhook_endpoint()
        };
        committed(
            store,
            changing(&shop, |it| it.endpoints.push(Write::changed(endpoint))),
        );
        assert_eq!(nothing(), waits, "version {version}");
    }
}

/// Eight workers that claim forty deliveries at the same moment get each delivery once.
pub fn two_claimers_share_nothing(store: &Nodes<'_>) {
    let (shop, written) = with_deliveries(store, "acme", 40);
    let mut claimed = Vec::new();
    // A claim may find all due deliveries locked by another claim, so the workers claim again.
    for _ in 0..written.len() {
        let claims = at_once(8, |_| claim(store, shop.now(), 7, 40));
        claimed.extend(claims.into_iter().flatten().map(|it| it.delivery.id));
        if claimed.len() >= written.len() {
            break;
        }
    }
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (40, 40));
}

/// Workers that claim at the same moment lease at most `cap` deliveries of one endpoint together.
pub fn a_lane_is_capped_for_all_claimers_together(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 40);
    let claims = at_once(8, |_| claim(store, shop.now(), 5, 3).len());
    let in_all: usize = claims.iter().sum();
    assert!(in_all <= 3, "{in_all} leases in a lane of 3");
}
