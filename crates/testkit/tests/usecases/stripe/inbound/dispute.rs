use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::id::SessionId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{DisputeFacts, EventData};
use mintage_domain::ports::{Mails, MockStripe, StripeError};
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::stripe::inbound::{InboundError, Outcome, receive};

use super::refund::permutations;
use crate::seller::{Seller, dispute, intent, paid, refund, refunded};

fn license(seller: &Seller) -> License {
    seller.licenses().remove(0).license
}

/// The state of the only license and its reason.
fn state(seller: &Seller) -> (State, Option<&'static str>) {
    let license = license(seller);
    let now = seller.shop.now();
    (license.state(now), license.reason(now))
}

/// Stripe's dispute gets a status, and its event is received.
fn move_on(seller: &Seller, facts: &DisputeFacts) -> Outcome {
    let account = seller.shop.account_ref();
    seller.stripe.set_dispute(&account, facts.clone());
    seller.receive(EventData::Dispute(facts.clone())).unwrap()
}

fn sold() -> (Seller, SessionId) {
    let seller = Seller::on_sale();
    let session = seller.session();
    let sale = EventData::SessionCompleted(paid(&session));
    assert_eq!(seller.receive(sale), Ok(Outcome::Applied));
    (seller, session)
}

const ACTIVE: (State, Option<&str>) = (State::Active, None);
const FROZEN: (State, Option<&str>) = (State::Frozen, Some("dispute"));
const LOST: (State, Option<&str>) = (State::Revoked, Some("dispute"));

#[test]
fn a_license_follows_each_step_of_a_dispute() {
    let (seller, session) = sold();
    for (status, state_then, told) in [
        ("warning_needs_response", ACTIVE, &["license.disputed"][..]),
        (
            "needs_response",
            FROZEN,
            &["license.disputed", "license.frozen"],
        ),
        ("under_review", FROZEN, &[]),
        ("lost", LOST, &["license.revoked"]),
        (
            "appeal_needs_response",
            FROZEN,
            &["license.disputed", "license.frozen"],
        ),
        ("appeal_under_review", FROZEN, &[]),
        ("won", ACTIVE, &["license.thawed"]),
    ] {
        let before = seller.deliveries();
        let facts = dispute(&session, "du_1", status);
        assert_eq!(move_on(&seller, &facts), Outcome::Applied, "{status}");
        assert_eq!(state(&seller), state_then, "{status}");
        let mut after = seller.deliveries();
        after.retain(|it| !before.contains(it));
        let names: BTreeSet<_> = after.iter().map(|it| it.event.as_str()).collect();
        assert_eq!(names, told.iter().copied().collect(), "{status}");
        for delivery in &after {
            let body = seller.body(delivery);
            assert_eq!(body["status"], state_then.0.as_str(), "{body}");
            if body["event"] == "license.disputed" {
                assert_eq!(body["dispute_status"], status, "{body}");
                assert_eq!(body["dispute_id"], "du_1", "{body}");
            }
        }
        let again = move_on(&seller, &facts);
        assert!(matches!(again, Outcome::Ignored(_)), "{status}");
    }
    let actions = ["license.frozen", "license.revoked", "license.thawed"];
    assert_eq!(actions.map(|action| seller.audited(action)), [2, 1, 1]);
}

#[test]
fn an_inquiry_that_ends_freezes_nothing() {
    let (seller, session) = sold();
    for status in [
        "warning_needs_response",
        "warning_under_review",
        "warning_closed",
    ] {
        move_on(&seller, &dispute(&session, "du_1", status));
        assert_eq!(state(&seller), ACTIVE, "{status}");
    }
    assert_eq!(seller.events(), ["license.created", "license.disputed"]);
}

#[test]
fn an_event_that_is_received_late_shows_what_stripe_has_by_then() {
    let (seller, session) = sold();
    let account = seller.shop.account_ref();
    let statuses = ["needs_response", "lost", "appeal_under_review", "lost"];
    let events = statuses.map(|status| dispute(&session, "du_1", status));
    seller.stripe.set_dispute(&account, events[3].clone());
    for order in permutations(events.len()) {
        for nth in order {
            let event = EventData::Dispute(events[nth].clone());
            seller.receive(event).unwrap();
            assert_eq!(state(&seller), LOST);
        }
    }
    assert_eq!(seller.events(), ["license.created", "license.revoked"]);
}

#[test]
fn sale_refund_and_disputes_end_the_same_in_any_order() {
    let ends = |order: &[usize]| {
        let seller = Seller::on_sale();
        let session = seller.session();
        let account = seller.shop.account_ref();
        let won = dispute(&session, "du_1", "won");
        let open = dispute(&session, "du_2", "under_review");
        for facts in [&won, &open] {
            seller.stripe.set_dispute(&account, facts.clone());
        }
        let data = [
            EventData::SessionCompleted(paid(&session)),
            EventData::Dispute(dispute(&session, "du_1", "needs_response")),
            EventData::Dispute(won),
            EventData::Dispute(open),
            refunded(&session, 1_000),
        ];
        for event in order {
            seller.shop.env.clock.advance(Duration::from_secs(1));
            seller.receive(data[*event].clone()).unwrap();
        }
        let license = license(&seller);
        let holds: Vec<_> = license
            .standing
            .held_by()
            .map(ToString::to_string)
            .collect();
        let events: BTreeSet<_> = seller.events().into_iter().collect();
        (state(&seller), holds, events)
    };
    let orderly = ends(&[0, 1, 2, 3, 4]);
    assert_eq!(
        (orderly.0, &*orderly.1),
        (FROZEN, &["dispute:du_2".to_owned()][..])
    );
    for order in permutations(5) {
        let twice: Vec<_> = order.iter().chain(&order).copied().collect();
        assert_eq!(ends(&order), orderly, "{order:?}");
        assert_eq!(ends(&twice), orderly, "{order:?}");
    }
}

#[test]
fn a_sale_that_is_processed_after_its_dispute_mints_as_the_dispute_says() {
    for (status, minted, events) in [
        (
            "needs_response",
            FROZEN,
            &["license.created", "license.disputed", "license.frozen"][..],
        ),
        ("lost", LOST, &["license.created", "license.revoked"]),
        ("won", ACTIVE, &["license.created"]),
    ] {
        let seller = Seller::on_sale();
        let session = seller.session();
        move_on(&seller, &dispute(&session, "dp_1", status));
        let sale = EventData::SessionCompleted(paid(&session));
        assert_eq!(seller.receive(sale), Ok(Outcome::Applied));
        assert_eq!(state(&seller), minted, "{status}");
        assert_eq!(seller.events(), events, "{status}");
        let page = PageRequest::default();
        let mails = seller
            .store
            .mails(seller.tenant(), &license(&seller).id, &page);
        let is_mailed = !mails.unwrap().items.is_empty();
        assert_eq!(is_mailed, status != "lost", "{status}");
    }
}

#[test]
fn of_several_disputes_each_counts() {
    let (seller, session) = sold();
    for (id, status, then) in [
        ("du_1", "needs_response", FROZEN),
        ("du_2", "needs_response", FROZEN),
        ("du_1", "won", FROZEN),
        ("du_2", "lost", LOST),
        ("du_3", "needs_response", LOST),
        ("du_2", "appeal_under_review", FROZEN),
        ("du_3", "won", FROZEN),
        ("du_2", "won", ACTIVE),
    ] {
        move_on(&seller, &dispute(&session, id, status));
        assert_eq!(state(&seller), then, "{id} {status}");
    }
}

#[test]
fn a_dispute_of_a_refunded_payment_leaves_the_refund() {
    let (seller, session) = sold();
    let refunds = (State::Revoked, Some("refund"));
    seller
        .receive(refund(&session, "re_1", 2_900, false))
        .unwrap();
    for (status, then) in [
        ("needs_response", refunds),
        ("lost", LOST),
        ("appeal_needs_response", refunds),
        ("won", refunds),
    ] {
        move_on(&seller, &dispute(&session, "du_1", status));
        assert_eq!(state(&seller), then, "{status}");
    }
    seller
        .receive(refund(&session, "re_1", 2_900, true))
        .unwrap();
    assert_eq!(state(&seller), ACTIVE);
}

#[test]
fn an_admins_revocation_is_never_undone_by_a_dispute() {
    for revoke_at in 0..4 {
        let (seller, session) = sold();
        let by_admin = || {
            let (store, env, id) = (&*seller.store, seller.env(), license(&seller).id);
            revoke(store, &env, seller.tenant(), &id, &Actor::Operator).unwrap();
        };
        let statuses = ["needs_response", "lost", "appeal_needs_response", "won"];
        for (nth, status) in statuses.into_iter().enumerate() {
            if nth == revoke_at {
                by_admin();
            }
            move_on(&seller, &dispute(&session, "du_1", status));
        }
        assert_eq!(
            state(&seller),
            (State::Revoked, Some("admin")),
            "{revoke_at}"
        );
    }
}

#[test]
fn the_status_in_the_event_counts_if_stripe_refuses_to_tell() {
    let (seller, session) = sold();
    seller.stripe.end_grant(&seller.shop.account_ref());
    let event = |status| EventData::Dispute(dispute(&session, "du_1", status));
    for (status, then) in [
        ("needs_response", FROZEN),
        ("lost", LOST),
        ("needs_response", LOST),
        ("appeal_needs_response", FROZEN),
        ("won", ACTIVE),
        ("lost", ACTIVE),
    ] {
        seller.receive(event(status)).unwrap();
        assert_eq!(state(&seller), then, "{status}");
    }
}

#[test]
fn an_event_is_not_recorded_while_stripe_cannot_answer() {
    let (seller, session) = sold();
    let event = seller.inbound(EventData::Dispute(dispute(&session, "du_1", "lost")));
    for error in [
        StripeError::Busy { retry_after: None },
        StripeError::Unavailable("a test".to_owned()),
    ] {
        let mut stripe = MockStripe::new();
        stripe.expect_dispute().return_const(Err(error.clone()));
        let received = receive(&*seller.store, &stripe, &seller.env(), &event);
        assert_eq!(received, Err(InboundError::Stripe(error)));
        assert_eq!(state(&seller), ACTIVE);
    }
    seller.receive_as(&event).unwrap();
    assert_eq!(state(&seller), LOST);
}

#[test]
fn a_dispute_without_payment_or_of_an_unknown_payment_touches_no_license() {
    let (seller, session) = sold();
    let without = DisputeFacts {
        payment_intent: None,
        ..dispute(&session, "du_1", "lost")
    };
    assert!(matches!(move_on(&seller, &without), Outcome::Ignored(_)));
    let other = SessionId::parse("cs_other").unwrap();
    assert_ne!(intent(&other), intent(&session));
    move_on(&seller, &dispute(&other, "du_2", "lost"));
    assert_eq!(state(&seller), ACTIVE);
}
