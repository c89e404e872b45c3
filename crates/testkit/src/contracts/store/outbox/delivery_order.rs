//! The events of a license are sent in their order, and delay no other license.

use std::time::Duration;

use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Delivery, DeliveryStatus};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::outbox::delivery_claim::{LEASE, claim, with_deliveries};
use crate::fixtures::Shop;

/// Queues the first events of a license, all due now.
fn events(store: &Nodes<'_>, shop: &Shop, n: u64) -> Vec<Delivery> {
    let license = shop.sold(store).license;
    let deliveries: Vec<_> = (1..=n)
        .map(|sequence| Delivery {
            sequence,
            ..shop.delivery(&license)
        })
        .collect();
    let writes = deliveries.iter().cloned().map(Write::changed).collect();
    committed(store, changing(shop, |it| it.deliveries = writes));
    deliveries
}

#[track_caller]
fn ids_of_a_claim(store: &Nodes<'_>, shop: &Shop, after: Duration) -> Vec<String> {
    let claims = claim(store, shop.now().plus(after), 10, 10);
    let mut ids: Vec<_> = claims
        .into_iter()
        .map(|it| it.delivery.id.to_string())
        .collect();
    ids.sort();
    ids
}

#[track_caller]
fn end(store: &Nodes<'_>, shop: &Shop, delivery: &Delivery, with: Delivery) {
    let read = store.delivery(&delivery.tenant, &delivery.id);
    let (read, _) = read.expect("the store answers").expect("it was written");
    let write = Write::changed(Delivery {
        version: read.version,
        attempts: read.attempts,
        ..with
    });
    committed(store, changing(shop, |it| it.deliveries = vec![write]));
}

/// An event is claimed once all earlier ones of its license were delivered or have failed, and not
/// while one of them is being sent or waits for its next attempt.
pub fn events_of_a_license_are_claimed_in_their_order(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 0);
    let all = events(store, &shop, 3);
    let id = |n: usize| vec![all[n].id.to_string()];
    let none = Vec::<String>::new();
    let second = Duration::from_secs(1);
    assert_eq!(ids_of_a_claim(store, &shop, Duration::ZERO), id(0));
    assert_eq!(
        ids_of_a_claim(store, &shop, Duration::ZERO),
        none,
        "the first is being sent"
    );
    let retried = Delivery {
        due_at: shop.now().plus(second * 5),
        ..all[0].clone()
    };
    end(store, &shop, &all[0], retried);
    assert_eq!(
        ids_of_a_claim(store, &shop, second),
        none,
        "the first waits"
    );
    assert_eq!(ids_of_a_claim(store, &shop, second * 5), id(0));
    for (n, status) in [(0, DeliveryStatus::Delivered), (1, DeliveryStatus::Failed)] {
        let ended = Delivery {
            status,
            ..all[n].clone()
        };
        end(store, &shop, &all[n], ended);
        assert_eq!(
            ids_of_a_claim(store, &shop, second * 6),
            id(n + 1),
            "{n} has ended"
        );
    }
    let later = second * 6 + LEASE;
    assert_eq!(
        ids_of_a_claim(store, &shop, later),
        id(2),
        "a lease that ended"
    );
}

/// An event that waits delays the later ones of its license and of no other license.
pub fn an_event_that_waits_delays_no_other_license(store: &Nodes<'_>) {
    let (shop, _) = with_deliveries(store, "acme", 0);
    let (waiting, other) = (events(store, &shop, 2), events(store, &shop, 2));
    let retried = Delivery {
        due_at: shop.now().plus(LEASE * 2),
        ..waiting[0].clone()
    };
    end(store, &shop, &waiting[0], retried);
    let second = Duration::from_secs(1);
    assert_eq!(
        ids_of_a_claim(store, &shop, second),
        [other[0].id.to_string()]
    );
    let delivered = Delivery {
        status: DeliveryStatus::Delivered,
        ..other[0].clone()
    };
    end(store, &shop, &other[0], delivered);
    assert_eq!(
        ids_of_a_claim(store, &shop, second),
        [other[1].id.to_string()]
    );
    let mut due = [waiting[0].id.to_string(), other[1].id.to_string()];
    due.sort();
    assert_eq!(
        ids_of_a_claim(store, &shop, LEASE * 2),
        due,
        "one is due, and the lease of the other has ended"
    );
}
