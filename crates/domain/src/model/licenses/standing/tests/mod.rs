#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

mod commands;
mod payment;

/// An event of another system, with its time.
#[derive(Debug, Clone)]
enum Event {
    InvoiceUnpaid(&'static str),
    InvoicePaid(&'static str),
    Revoked(RevocationReason, Timestamp),
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn apply(standing: &mut Standing, event: &Event) -> bool {
    let invoice = |id: &str| HoldCause::UnpaidInvoice(id.to_owned());
    match event {
        Event::InvoiceUnpaid(id) => standing.hold(invoice(id)),
        Event::InvoicePaid(id) => standing.release(invoice(id)),
        Event::Revoked(reason, at) => standing.revoke(*reason, *at),
    }
}

fn after(all: &[Event]) -> Standing {
    let mut standing = Standing::new(Some(second(100)));
    for event in all {
        apply(&mut standing, event);
    }
    standing
}

#[test]
fn events_lead_to_their_state() {
    let refund = Event::Revoked(RevocationReason::Refund, second(10));
    for (name, events, state) in [
        ("nothing", vec![], State::Active),
        ("unpaid", vec![Event::InvoiceUnpaid("i")], State::Frozen),
        (
            "paid, then received the failure",
            vec![Event::InvoicePaid("i"), Event::InvoiceUnpaid("i")],
            State::Active,
        ),
        (
            "refunded, then paid",
            vec![Event::InvoiceUnpaid("i"), refund, Event::InvoicePaid("i")],
            State::Revoked,
        ),
    ] {
        assert_eq!(after(&events).state(second(50)), state, "{name}");
    }
}

#[test]
fn the_more_final_state_is_returned() {
    let mut standing = Standing::new(Some(second(100)));
    assert_eq!(standing.state(second(99)), State::Active);
    standing.hold(HoldCause::Admin);
    assert_eq!(standing.state(second(99)), State::Frozen);
    assert_eq!(standing.state(second(100)), State::Expired);
    standing.revoke(RevocationReason::Refund, second(50));
    assert_eq!(standing.state(second(99)), State::Revoked);
    assert_eq!(standing.state(second(100)), State::Revoked);
}

#[test]
fn a_license_without_an_end_never_expires() {
    let standing = Standing::new(None);
    assert_eq!(
        standing.state(Timestamp::from_micros(i64::MAX)),
        State::Active
    );
}

#[test]
fn an_admin_freezes_and_thaws_as_often_as_wanted() {
    let mut standing = Standing::new(None);
    for _ in 0..2 {
        assert!(standing.hold(HoldCause::Admin));
        assert!(!standing.hold(HoldCause::Admin));
        assert_eq!(standing.state(second(0)), State::Frozen);
        assert!(standing.release(HoldCause::Admin));
        assert!(!standing.release(HoldCause::Admin));
        assert_eq!(standing.state(second(0)), State::Active);
    }
}

#[test]
fn of_two_revocations_the_admins_stays_else_the_disputes_else_the_earlier() {
    use RevocationReason::{Admin, Dispute, Refund};
    for (first, then, stays) in [
        ((Refund, 10), (Dispute, 20), (Dispute, 20)),
        ((Refund, 20), (Refund, 10), (Refund, 10)),
        ((Refund, 20), (Dispute, 10), (Dispute, 10)),
        ((Refund, 10), (Admin, 20), (Admin, 20)),
        ((Admin, 20), (Refund, 10), (Admin, 20)),
        ((Admin, 20), (Admin, 10), (Admin, 10)),
        ((Dispute, 10), (Refund, 5), (Dispute, 10)),
    ] {
        let mut standing = Standing::new(None);
        assert!(standing.revoke(first.0, second(first.1)));
        let changed = standing.revoke(then.0, second(then.1));
        let revocation = standing.revocation().unwrap();
        assert_eq!(
            (revocation.reason(), revocation.at()),
            (stays.0, second(stays.1))
        );
        assert_eq!(changed, first != stays);
    }
}

#[test]
fn causes_and_reasons_are_read_as_they_are_written() {
    for (cause, text) in [
        (HoldCause::Admin, "admin"),
        (HoldCause::Dispute("dp_1".to_owned()), "dispute:dp_1"),
        (
            HoldCause::UnpaidInvoice("in_1:2".to_owned()),
            "invoice:in_1:2",
        ),
    ] {
        assert_eq!(cause.to_string(), text);
        assert_eq!(HoldCause::parse(text), Ok(cause));
    }
    for text in [
        "",
        "Admin",
        "admin:",
        "dispute",
        "dispute:",
        "invoice:",
        "refund:re_1",
    ] {
        assert_eq!(HoldCause::parse(text), Err(InvalidHoldCause), "{text}");
    }
    for reason in RevocationReason::ALL {
        assert_eq!(RevocationReason::parse(reason.as_str()), Ok(reason));
    }
    assert_eq!(
        RevocationReason::parse("lapse"),
        Err(InvalidRevocationReason)
    );
    assert_eq!(
        State::ALL.map(State::as_str),
        ["ACTIVE", "FROZEN", "EXPIRED", "REVOKED"]
    );
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Ok(state));
    }
    assert_eq!(State::parse("active"), Err(UnknownState));
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = proptest::sample::select(vec!["a", "b"]);
    let at = (0..5_i64).prop_map(second);
    let reason = proptest::sample::select(RevocationReason::ALL.to_vec());
    prop_oneof![
        2 => id.clone().prop_map(Event::InvoiceUnpaid),
        2 => id.prop_map(Event::InvoicePaid),
        1 => (reason, at).prop_map(|(reason, at)| Event::Revoked(reason, at)),
    ]
}

fn shuffled() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    proptest::collection::vec(any_event(), 0..12)
        .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_same_events_in_any_order_end_the_same((events, other) in shuffled()) {
        prop_assert_eq!(after(&events), after(&other));
    }

    #[test]
    fn an_event_received_twice_changes_nothing((events, again) in shuffled()) {
        let mut standing = after(&events);
        let before = standing.clone();
        for event in &again {
            prop_assert!(!apply(&mut standing, event), "{:?}", event);
        }
        prop_assert_eq!(standing, before);
    }

    #[test]
    fn returns_true_only_for_a_change(events in proptest::collection::vec(any_event(), 0..12)) {
        let mut standing = Standing::new(None);
        for event in &events {
            let before = standing.clone();
            prop_assert_eq!(apply(&mut standing, event), standing != before);
        }
    }

    #[test]
    fn nothing_brings_a_revoked_license_back(events in proptest::collection::vec(any_event(), 0..12)) {
        let mut standing = Standing::new(None);
        standing.revoke(RevocationReason::Admin, second(3));
        for event in &events {
            apply(&mut standing, event);
            prop_assert_eq!(standing.state(second(0)), State::Revoked);
            prop_assert_eq!(standing.revocation().unwrap().reason(), RevocationReason::Admin);
        }
    }

    #[test]
    fn a_stored_standing_is_the_same_standing(events in proptest::collection::vec(any_event(), 0..12)) {
        let standing = after(&events);
        let holds: Vec<_> = standing
            .holds()
            .map(|(cause, status)| (HoldCause::parse(&cause.to_string()).unwrap(), status))
            .collect();
        let stored = Standing::from_parts(standing.expires_at(), standing.revocation(), holds);
        prop_assert_eq!(stored, standing);
    }
}
