use proptest::prelude::*;

use super::*;

#[test]
fn each_kind_is_found_at_its_own_place_and_its_default_keeps_its_promise() {
    for (place, kind) in Prunable::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, place);
        let rule = rule(kind);
        assert!(rule.default >= Age::After(rule.least), "{kind}");
        assert_eq!(Retention::default().age(kind), rule.default);
        let written = format!("{kind}={}", rule.default);
        assert_eq!(Retention::parse(&written), Ok(Retention::default()));
    }
}

#[test]
fn an_operator_changes_some_ages_and_the_others_stay() {
    let retention = Retention::parse(" events = 120d,audit=730d,, rates=forever,nonces=1h");
    let retention = retention.unwrap();
    for (kind, age) in [
        (Prunable::Events, "120d"),
        (Prunable::Audit, "730d"),
        (Prunable::Rates, "forever"),
        (Prunable::Nonces, "1h"),
        (Prunable::Mails, "180d"),
        (Prunable::Commits, "1h"),
    ] {
        assert_eq!(retention.age(kind).to_string(), age, "{kind}");
    }
    assert_eq!(Retention::parse(""), Ok(Retention::default()));
}

#[test]
fn what_is_no_age_of_a_known_kind_is_refused_with_all_kinds() {
    for text in [
        "events",
        "events=",
        "events=90",
        "events=d",
        "events=-1d",
        "events=+90d",
        "events=9.5d",
        "events=90D",
        "events=90 d",
        "events=90w",
        "events=never",
        "events=36501d",
        "events=99999999999d",
        "licenses=90d",
        "payments=90d",
        "customers=90d",
        "=90d",
        "events=90d;attempts=30d",
        "events=90\u{e9}",
    ] {
        assert_eq!(
            Retention::parse(text),
            Err(InvalidRetention::Shape),
            "{text}"
        );
    }
    let told = InvalidRetention::Shape.to_string();
    assert!(told.ends_with(
        "of one of events, attempts, bodies, deliveries, mails, activations, orders, audit, \
         idempotency, nonces, rates, oauth, commits"
    ));
}

#[test]
fn an_age_that_would_break_a_promise_is_refused_with_the_promise() {
    for (text, kind, why) in [
        ("events=30d", Prunable::Events, "31d or longer: Stripe may"),
        (
            "attempts=6d",
            Prunable::Attempts,
            "7d or longer: a delivery",
        ),
        ("bodies=1h", Prunable::Bodies, "7d or longer: a seller"),
        ("deliveries=0d", Prunable::Deliveries, "7d or longer"),
        ("mails=167h", Prunable::Mails, "7d or longer"),
        ("activations=23h", Prunable::Activations, "1d or longer"),
        ("orders=30d", Prunable::Orders, "31d or longer: Stripe may"),
        ("audit=89d", Prunable::Audit, "90d or longer: the trail"),
        (
            "idempotency=23h",
            Prunable::Idempotency,
            "1d or longer: a call",
        ),
        (
            "nonces=9m",
            Prunable::Nonces,
            "10m or longer: a signed call",
        ),
        ("rates=1h", Prunable::Rates, "2h or longer"),
        ("oauth=9m", Prunable::Oauth, "10m or longer"),
        ("commits=9m", Prunable::Commits, "10m or longer"),
    ] {
        let error = Retention::parse(text).unwrap_err();
        assert_eq!(error, InvalidRetention::TooShort { kind });
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn rows_with_an_end_are_never_deleted_before_it() {
    let now = Timestamp::from_micros(1_900_000_000_000_000);
    for (text, kind, before) in [
        ("", Prunable::Nonces, Duration::ZERO),
        ("nonces=1h", Prunable::Nonces, Duration::from_mins(50)),
        ("", Prunable::Idempotency, Duration::ZERO),
        ("idempotency=3d", Prunable::Idempotency, DAY * 2),
        ("", Prunable::Events, DAY * 90),
        ("", Prunable::Commits, HOUR),
    ] {
        let retention = Retention::parse(text).unwrap();
        let cut_off = retention.cut_off(kind, now).unwrap();
        assert_eq!(now.since(cut_off), before, "{text} {kind}");
    }
    assert_eq!(Retention::default().cut_off(Prunable::Audit, now), None);
}

proptest! {
    #[test]
    fn every_age_that_is_accepted_keeps_its_promise_and_is_read_back(
        place in 0..Prunable::ALL.len(),
        number in 0..40_000_u32,
        unit in "[dhm]",
    ) {
        let kind = Prunable::ALL[place];
        let now = Timestamp::from_micros(1_900_000_000_000_000);
        if let Ok(retention) = Retention::parse(&format!("{kind}={number}{unit}")) {
            let age = retention.age(kind);
            prop_assert!(age >= Age::After(rule(kind).least));
            prop_assert!(retention.cut_off(kind, now).unwrap() <= now);
            prop_assert_eq!(Retention::parse(&format!("{kind}={age}")), Ok(retention));
        }
    }
}
