//! Claims of deliveries and mails. Each SQL store holds these in its own tests, with a `Fresh` store and
//! `run`, which runs a statement beside the store.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::mail::MailStatus;
use mintage_domain::ports::{ClaimLimits, Commit, Deliveries, Mails, SET_ASIDE};
use mintage_domain::usecase::outbox::mail::{Composed, Outcome, compose, record_result};
use mintage_testkit::fixtures::Shop;

use crate::contract::Fresh;

const LEASE: Duration = Duration::from_mins(1);

fn limits(now: Timestamp) -> ClaimLimits {
    ClaimLimits {
        now,
        responsive: 9,
        unresponsive: 9,
        per_lane: 9,
        lease: LEASE,
    }
}

/// A shop with an endpoint, two due deliveries and two due mails.
fn with_queues(store: &Fresh, slug: &str) -> Shop {
    let shop = Shop::opened(&**store, slug);
    let mut changes = shop.changes();
    changes
        .endpoints
        .push(Write::changed(shop.webhook_endpoint()));
    store.commit(changes).unwrap();
    let sale = shop.sold(&**store);
    let mut changes = shop.changes();
    for _ in 0..2 {
        let delivery = shop.delivery(&sale.license);
        changes.deliveries.push(Write::changed(delivery));
        changes
            .mails
            .push(Write::changed(shop.queued_mail(&sale.license)));
    }
    store.commit(changes).unwrap();
    shop
}

/// How many deliveries and mails a claim leases, and how many rows it cannot read.
fn claimed(store: &Fresh, now: Timestamp) -> [(usize, usize); 2] {
    let deliveries = store.claim(&limits(now)).unwrap();
    let mails = store.claim_mails(&limits(now)).unwrap();
    [
        (deliveries.leased.len(), deliveries.unreadable.len()),
        (mails.leased.len(), mails.unreadable.len()),
    ]
}

#[test]
fn a_row_that_this_version_cannot_read_is_set_aside_and_the_others_are_claimed() {
    for (name, poison, first) in [
        (
            "an unknown event",
            "update deliveries set event = 'license.exploded' where id in \
             (select min(id) from deliveries where tenant = 'poisoned')",
            [(3, 1), (4, 0)],
        ),
        (
            "a damaged body",
            "update deliveries set license = '' where id in \
             (select min(id) from deliveries where tenant = 'poisoned')",
            [(3, 1), (4, 0)],
        ),
        (
            "a mail of a kind from the future",
            "update mails set kind = 'invoice' where id in \
             (select min(id) from mails where tenant = 'poisoned')",
            [(4, 0), (3, 1)],
        ),
        (
            "a damaged endpoint",
            "update endpoints set url = 'gopher://' where tenant = 'poisoned'",
            [(2, 1), (4, 0)],
        ),
        (
            "an unknown status",
            "update deliveries set status = 'dreaming' where tenant = 'poisoned'",
            [(2, 0), (4, 0)],
        ),
    ] {
        let store = Fresh::open();
        let shop = with_queues(&store, "poisoned");
        with_queues(&store, "other");
        store.run(poison);
        let now = shop.now();
        assert_eq!(claimed(&store, now), first, "{name}");
        let waiting = now.plus(Duration::from_secs(1));
        assert_eq!(claimed(&store, waiting), [(0, 0), (0, 0)], "{name}: again");
        if first[0].1 + first[1].1 > 0 {
            let later = now.plus(SET_ASIDE);
            let [deliveries, mails] = claimed(&store, later);
            assert_eq!(deliveries.1 + mails.1, 1, "{name}: after an hour");
        }
    }
}

#[test]
fn an_event_that_this_version_does_not_know_delays_no_later_one_of_its_license() {
    let store = Fresh::open();
    let shop = with_queues(&store, "acme");
    store.run("update deliveries set sequence = 2 where id in (select max(id) from deliveries)");
    store.run("update deliveries set event = 'license.exploded' where sequence = 1");
    assert_eq!(claimed(&store, shop.now())[0], (1, 1));
}

#[test]
fn a_row_that_can_be_read_again_is_claimed_after_it_was_set_aside() {
    let store = Fresh::open();
    let shop = with_queues(&store, "acme");
    store.run("update deliveries set event = 'license.exploded'");
    assert_eq!(claimed(&store, shop.now())[0], (0, 2));
    store.run("update deliveries set event = 'license.created'");
    let later = shop.now().plus(SET_ASIDE);
    let claims = store.claim(&limits(later)).unwrap().leased;
    let attempts: Vec<u32> = claims.iter().map(|it| it.delivery.attempts).collect();
    assert_eq!(attempts, [1, 1], "reading is no attempt");
}

#[test]
fn a_mail_about_a_license_that_cannot_be_read_is_tried_again_by_its_schedule() {
    let store = Fresh::open();
    let shop = with_queues(&store, "acme");
    let mail = store
        .claim_mails(&limits(shop.now()))
        .unwrap()
        .leased
        .remove(0);
    store.run("update licenses set holds = 'nonsense'");
    let (store, env) = (&*store, shop.env.env());
    let composed = compose(store, &env, &mail).unwrap();
    let Composed::Outcome(outcome) = composed else {
        panic!("{composed:?}");
    };
    assert!(matches!(outcome, Outcome::TryAgain(_)), "{outcome:?}");
    let status = record_result(store, &env, &mail, &outcome);
    assert_eq!(status, Ok(MailStatus::Pending));
    let read = store.mailing(&shop.tenant.id, &mail.id).unwrap().unwrap();
    assert!(read.reason.unwrap().contains("licenses"));
    assert!(read.due_at > shop.now());
}
