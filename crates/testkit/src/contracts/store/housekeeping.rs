//! Deleting what is old enough.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, RevocationReason, Standing, State};
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent, WaitingEvent};
use mintage_domain::ports::{AuditFilter, LicenseFilter, MAX_PRUNED_ROWS};

use crate::contracts::store::access::rate::take;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::read_all;
use crate::contracts::store::pruning::{DAY, Times, prunes, times};
use crate::fixtures::Shop;

/// Processed events are pruned by when they were received. A parked event is kept, however old.
pub fn old_events_are_pruned_unless_they_are_parked(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let Times {
        old,
        cut_off,
        young,
    } = times(&shop);
    let event = |outcome, received_at| ProcessedEvent {
        outcome,
        received_at,
        ..shop.processed_event()
    };
    let parked = EventOutcome::Parked {
        waiting: WaitingEvent {
            tenant: None,
            reason: "no address".to_owned(),
            payload: b"{}".to_vec(),
            attempts: 1,
        },
        retry_at: old,
    };
    let gone = [
        event(EventOutcome::Applied, old),
        event(EventOutcome::Applied, cut_off),
        event(EventOutcome::Ignored("why".to_owned()), old),
    ];
    let kept = [event(parked, old), event(EventOutcome::Applied, young)];
    let mut changes = shop.changes();
    for event in gone.iter().chain(&kept) {
        changes.events.push(Write::changed(event.clone()));
    }
    committed(store, changes);
    prunes(store, Prunable::Events, cut_off, gone.len());
    let is_there = |it: &ProcessedEvent| {
        let read = store.processed_event(&it.endpoint, &it.id);
        read.expect("the store answers").is_some()
    };
    assert!(!gone.iter().any(is_there));
    assert!(kept.iter().all(is_there));
}

/// Released activations are pruned by their release. An active one is kept, however old, and the
/// device of a pruned one can be activated again.
pub fn activations_are_pruned_after_their_release(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let Times {
        old,
        cut_off,
        young,
    } = times(&shop);
    let activations: Vec<Activation> = [None, Some(old), Some(cut_off), Some(young)]
        .map(|released_at| Activation {
            released_at,
            ..shop.activation(&sale.license)
        })
        .into();
    let mut changes = shop.changes();
    changes.activations = activations.iter().cloned().map(Write::changed).collect();
    committed(store, changes);
    prunes(store, Prunable::Activations, cut_off, 2);
    for activation in &activations {
        let read = store.activation(&activation.license, &activation.fingerprint);
        let is_there = read.expect("the store answers").is_some();
        let kept = activation.released_at.is_none_or(|at| at > cut_off);
        assert_eq!(is_there, kept, "{:?}", activation.released_at);
    }
    let again = Activation {
        fingerprint: activations[1].fingerprint.clone(),
        ..shop.activation(&sale.license)
    };
    committed(
        store,
        changing(&shop, |it| it.activations.push(Write::changed(again))),
    );
}

/// Only abandoned orders are pruned. An order that had a payment page is kept for ever: it keeps an
/// event that is received again from minting again.
pub fn only_abandoned_orders_are_pruned(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let Times {
        old,
        cut_off,
        young,
    } = times(&shop);
    let mut orders = Vec::new();
    for status in OrderStatus::ALL {
        for created_at in [old, young] {
            orders.push(Order {
                status,
                created_at,
                ..shop.order()
            });
        }
    }
    let mut changes = shop.changes();
    changes.orders = orders.iter().cloned().map(Write::changed).collect();
    committed(store, changes);
    prunes(store, Prunable::Orders, cut_off, 1);
    for order in &orders {
        let read = store.order(&shop.tenant.id, &order.id);
        let is_there = read.expect("the store answers").is_some();
        let kept = order.status != OrderStatus::Abandoned || order.created_at > cut_off;
        assert_eq!(is_there, kept, "{:?}", order.status);
    }
}

/// Old entries of the trails of all tenants are pruned.
pub fn old_entries_of_all_audit_trails_are_pruned(store: &Nodes<'_>) {
    let shops = ["acme", "zeta"].map(|slug| Shop::opened(store, slug));
    let Times {
        old,
        cut_off,
        young,
    } = times(&shops[0]);
    for shop in &shops {
        committed(
            store,
            changing(shop, |it| {
                it.audit = [old, cut_off, young]
                    .map(|at| AuditEntry {
                        at,
                        ..shop.audit_entry()
                    })
                    .into();
            }),
        );
    }
    prunes(store, Prunable::Audit, cut_off, 4);
    for shop in &shops {
        let list = |page: &_| store.audit(&shop.tenant.id, &AuditFilter::default(), page);
        let (kept, _) = read_all(50, &list);
        let kept: Vec<Timestamp> = kept.iter().map(|entry| entry.at).collect();
        assert_eq!(kept, [young]);
    }
}

/// A rate window is pruned when it has ended.
pub fn a_rate_window_is_pruned_when_it_has_ended(store: &Nodes<'_>) {
    let now = Shop::new("acme").now();
    for _ in 0..21 {
        take(store, "k", now);
    }
    prunes(store, Prunable::Rates, now, 0);
    assert!(take(store, "k", now).is_some(), "the window counts");
    prunes(store, Prunable::Rates, now.plus(Duration::from_mins(2)), 1);
}

/// OAuth rounds are pruned when they have ended, used or not.
pub fn only_what_has_ended_is_pruned(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let now = shop.now();
    let round = |seconds: i64, used| OAuthRound {
        expires_at: Timestamp::from_micros(now.as_micros() + seconds * 1_000_000),
        used,
        ..shop.oauth_round()
    };
    let ended = [round(-1, false), round(0, true)];
    let kept = [round(1, false), round(1, true)];
    let mut changes = shop.changes();
    for round in ended.iter().chain(&kept) {
        changes.oauth_rounds.push(Write::changed(round.clone()));
    }
    committed(store, changes);
    prunes(store, Prunable::Oauth, now, ended.len());
    let is_there = |it: &OAuthRound| {
        let read = store.oauth_round(&it.state);
        read.expect("the store answers").is_some()
    };
    assert!(!ended.iter().any(is_there), "what has ended went");
    assert!(kept.iter().all(is_there), "what has not stays");
}

/// Pruning any kind at any time leaves licenses, customers, payments and paid orders.
pub fn what_was_sold_is_never_pruned(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let end = Timestamp::from_micros(i64::MAX);
    for kind in Prunable::ALL {
        store.prune(kind, end).expect("the store answers");
    }
    let tenant = &shop.tenant.id;
    let order = &sale.order;
    let found = [
        store
            .license(tenant, &sale.license.id)
            .map(|it| it.is_some()),
        store
            .customer(tenant, &sale.customer.id)
            .map(|it| it.is_some()),
        store.order(tenant, &order.id).map(|it| it.is_some()),
        store.tenant(tenant).map(|it| it.is_some()),
        store
            .product(tenant, &shop.product.id)
            .map(|it| it.is_some()),
    ];
    assert_eq!(found, [const { Ok(true) }; 5]);
}

/// One step deletes at most a thousand rows of a kind and returns their number; repeated steps come
/// to an end.
pub fn pruning_goes_in_small_steps(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let rounds: Vec<OAuthRound> = (0..3 * Changes::MAX_FACTS)
        .map(|_| shop.oauth_round())
        .collect();
    for some in rounds.chunks(Changes::MAX_FACTS) {
        committed(
            store,
            changing(&shop, |it| {
                it.oauth_rounds = some.iter().cloned().map(Write::changed).collect();
            }),
        );
    }
    let end = shop.now().plus(DAY);
    let left = || {
        let there = rounds
            .iter()
            .filter(|it| matches!(store.oauth_round(&it.state), Ok(Some(_))));
        there.count()
    };
    assert_eq!(store.count_prunable(Prunable::Oauth, end), Ok(1_500));
    assert_eq!(store.prune(Prunable::Oauth, end), Ok(MAX_PRUNED_ROWS));
    assert_eq!(left(), 500);
    assert_eq!(store.prune(Prunable::Oauth, end), Ok(500));
    assert_eq!(left(), 0);
    assert_eq!(store.prune(Prunable::Oauth, end), Ok(0));
}

/// Noticing that a term has ended changes no list: each license is in the list of its state before and
/// after, and again after it was changed.
pub fn a_license_whose_end_was_noticed_is_in_the_same_lists(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let customer = shop.customer();
    let end = shop.now().plus(DAY);
    let licenses: Vec<License> = (0..6)
        .map(|nth: u32| {
            let mut standing = Standing::new((nth != 0).then_some(end));
            if nth >= 3 {
                assert!(standing.hold(HoldCause::Admin));
            }
            if nth == 5 {
                assert!(standing.revoke(RevocationReason::Refund, shop.now()));
            }
            License {
                standing,
                ..shop.license(&customer)
            }
        })
        .collect();
    committed(
        store,
        changing(&shop, |it| {
            it.customers.push(customer.clone());
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
        }),
    );
    let after = end.plus(Duration::from_mins(1));
    let assert_lists = |moment: &str| {
        assert_in_their_lists(store, (&shop, &customer), &licenses, after, moment);
    };
    assert_lists("before");
    let ended = store.ended_licenses(end, 9).expect("the store answers");
    assert_eq!(ended.len(), 4);
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = ended
                .into_iter()
                .map(|mut record| {
                    record.license.noticed_end = record.license.standing.expires_at();
                    Write::changed(record.license)
                })
                .collect();
        }),
    );
    assert_lists("after");
    // A change that says nothing of the term.
    let read = store.license(&shop.tenant.id, &licenses[1].id);
    let mut license = read
        .expect("the store answers")
        .expect("it is there")
        .license;
    license.notes = None;
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(license))),
    );
    assert_lists("after a change");
}

/// Asserts that each license is in the list of its state at a time, and in no other.
#[track_caller]
fn assert_in_their_lists(
    store: &Nodes<'_>,
    (shop, customer): (&Shop, &Customer),
    licenses: &[License],
    after: Timestamp,
    moment: &str,
) {
    for state in State::ALL {
        for customer in [None, Some(customer.id.clone())] {
            let filter = LicenseFilter {
                state: Some((state, after)),
                customer,
                ..LicenseFilter::default()
            };
            let list = |page: &_| store.licenses(&shop.tenant.id, &filter, page);
            let (read, _) = read_all(1, &list);
            let mut read: Vec<_> = read.into_iter().map(|it| it.license.id).collect();
            let expected = licenses.iter().filter(|it| it.state(after) == state);
            let mut expected: Vec<_> = expected.map(|it| it.id.clone()).collect();
            read.sort();
            expected.sort();
            assert_eq!(read, expected, "{state} {moment}");
        }
    }
}
