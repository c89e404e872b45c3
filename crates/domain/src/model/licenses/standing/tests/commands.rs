//! A seller's commands (freeze, thaw, extend) between Stripe's events.

use super::*;
use crate::model::licenses::term::Term;

const DAY: i64 = 86_400;

fn date(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

#[test]
fn days_count_from_the_later_of_now_and_the_end_and_a_date_must_lie_behind_both() {
    let now = date("2027-01-10");
    let ends = |text| Ok(Some(date(text)));
    let not_later = |until, from| {
        let (until, from) = (date(until), date(from));
        Err(CannotExtend::NotLater { until, from })
    };
    let end_of_time = Ok(Some(Timestamp::from_micros(i64::MAX)));
    for (end, by, expected) in [
        ("2027-01-20", "30d", ends("2027-02-19")),
        ("2027-01-10", "30d", ends("2027-02-09")),
        ("2026-06-01", "30d", ends("2027-02-09")),
        ("2027-01-20", "2027-01-21", ends("2027-01-21")),
        (
            "2026-06-01",
            "2027-01-10T00:00:00.001Z",
            ends("2027-01-10T00:00:00.001Z"),
        ),
        (
            "2027-01-20",
            "2027-01-20",
            not_later("2027-01-20", "2027-01-20"),
        ),
        (
            "2027-01-20",
            "2027-01-15",
            not_later("2027-01-15", "2027-01-20"),
        ),
        (
            "2026-06-01",
            "2026-12-01",
            not_later("2026-12-01", "2027-01-10"),
        ),
        (
            "2026-06-01",
            "2027-01-10",
            not_later("2027-01-10", "2027-01-10"),
        ),
        ("2027-01-20", "lifetime", Ok(None)),
        ("2026-06-01", "lifetime", Ok(None)),
        ("9999-12-31", "36500d", end_of_time),
    ] {
        let mut standing = Standing::new(Some(date(end)));
        let outcome = standing.extend(Term::parse(by).unwrap(), now);
        let after = outcome.map(|()| standing.expires_at());
        assert_eq!(after, expected, "{end} by {by}");
        if outcome.is_ok() {
            assert_eq!(standing.state(now), State::Active, "{end} by {by}");
        } else {
            assert_eq!(standing, Standing::new(Some(date(end))), "{end} by {by}");
        }
    }
}

#[test]
fn a_license_that_never_ends_is_not_extended_and_one_at_the_end_of_time_neither() {
    let mut lifetime = Standing::new(None);
    let until = Timestamp::from_micros(i64::MAX);
    let mut at_the_end = Standing::new(Some(until));
    for by in ["1d", "36500d", "2999-01-01", "lifetime"] {
        let by = Term::parse(by).unwrap();
        assert_eq!(
            lifetime.extend(by, second(0)),
            Err(CannotExtend::IsLifetime)
        );
    }
    let day = Term::parse("1d").unwrap();
    let refused = CannotExtend::NotLater { until, from: until };
    assert_eq!(at_the_end.extend(day, second(0)), Err(refused));
}

#[test]
fn a_revoked_license_is_not_extended() {
    for end in [None, Some(second(100))] {
        let mut standing = Standing::new(end);
        standing.revoke(RevocationReason::Refund, second(1));
        let before = standing.clone();
        let by = Term::parse("30d").unwrap();
        assert_eq!(standing.extend(by, second(2)), Err(CannotExtend::Revoked));
        assert_eq!(standing, before);
    }
}

#[test]
fn a_license_is_held_by_what_is_not_released() {
    let mut standing = Standing::new(None);
    let dispute = |id: &str| HoldCause::Dispute(id.to_owned());
    standing.hold(HoldCause::Admin);
    standing.hold(dispute("b"));
    standing.release(dispute("a"));
    let held = |standing: &Standing| -> Vec<String> {
        standing.held_by().map(ToString::to_string).collect()
    };
    assert_eq!(held(&standing), ["admin", "dispute:b"]);
    standing.release(HoldCause::Admin);
    assert_eq!(held(&standing), ["dispute:b"]);
    assert_eq!(standing.state(second(2)), State::Frozen);
    standing.release(dispute("b"));
    assert_eq!(held(&standing), [""; 0]);
    assert_eq!(standing.state(second(2)), State::Active);
}

/// A change of a license: an event is received, or the seller gives a command.
#[derive(Debug, Clone)]
enum Change {
    Received(Event),
    Frozen,
    Thawed,
    Extended(Term, Timestamp),
}

fn apply_change(standing: &mut Standing, change: &Change) {
    match change {
        Change::Received(event) => {
            apply(standing, event);
        }
        Change::Frozen => {
            standing.hold(HoldCause::Admin);
        }
        Change::Thawed => {
            standing.release(HoldCause::Admin);
        }
        // Whether the extension is refused does not matter here.
        Change::Extended(by, now) => {
            let _ = standing.extend(*by, *now);
        }
    }
}

fn any_change() -> impl Strategy<Value = Change> {
    let terms = ["1d", "30d", "1970-01-03", "1970-03-01", "lifetime"];
    let term = proptest::sample::select(terms.map(|text| Term::parse(text).unwrap()).to_vec());
    prop_oneof![
        4 => any_event().prop_map(Change::Received),
        2 => Just(Change::Frozen),
        2 => Just(Change::Thawed),
        2 => (term, (0..5 * DAY).prop_map(second)).prop_map(|(by, at)| Change::Extended(by, at)),
    ]
}

fn some_changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec(any_change(), 0..16)
}

/// The end in microseconds; a license without an end has the latest.
fn end_micros(end: Option<Timestamp>) -> i64 {
    end.map_or(i64::MAX, Timestamp::as_micros)
}

proptest! {
    #[test]
    fn an_end_only_ever_moves_away_and_commands_undo_no_revocation(all in some_changes()) {
        let mut standing = Standing::new(Some(second(DAY)));
        for change in &all {
            let before = standing.clone();
            apply_change(&mut standing, change);
            prop_assert!(end_micros(standing.expires_at()) >= end_micros(before.expires_at()));
            if before.revocation().is_some() {
                prop_assert_eq!(standing.expires_at(), before.expires_at());
                prop_assert!(standing.revocation().is_some());
            }
        }
    }

    #[test]
    fn commands_and_events_do_not_touch_each_others_holds(all in some_changes()) {
        let (mut mixed, mut events_only) = (Standing::new(None), Standing::new(None));
        let mut frozen = false;
        for change in &all {
            apply_change(&mut mixed, change);
            match change {
                Change::Received(event) => {
                    apply(&mut events_only, event);
                }
                Change::Frozen => frozen = true,
                Change::Thawed => frozen = false,
                Change::Extended(..) => {}
            }
        }
        let of_events = |standing: &Standing| -> Vec<HoldCause> {
            let held = standing.held_by().filter(|cause| **cause != HoldCause::Admin);
            held.cloned().collect()
        };
        prop_assert_eq!(of_events(&mixed), of_events(&events_only));
        prop_assert_eq!(mixed.held_by().any(|cause| *cause == HoldCause::Admin), frozen);
        prop_assert_eq!(mixed.revocation(), events_only.revocation());
        let expected = if frozen && events_only.revocation().is_none() {
            State::Frozen
        } else {
            events_only.state(second(0))
        };
        prop_assert_eq!(mixed.state(second(0)), expected);
    }

    #[test]
    fn what_is_extended_has_time_left(
        end in (0..5 * DAY).prop_map(second),
        now in (0..5 * DAY).prop_map(second),
        days in 1..=36_500_u32,
    ) {
        let mut standing = Standing::new(Some(end));
        standing.extend(Term::parse(&format!("{days}d")).unwrap(), now).unwrap();
        let until = standing.expires_at().unwrap();
        prop_assert_eq!(until.since(end.max(now)).as_secs(), u64::from(days) * 86_400);
        prop_assert_eq!(standing.state(now), State::Active);
    }
}
