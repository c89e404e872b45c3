#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

mod commands;

/// A fact that another system tells, at a time of its own.
#[derive(Clone, Debug)]
enum News {
    Dispute(&'static str, DisputeNews, Timestamp),
    InvoiceUnpaid(&'static str),
    InvoicePaid(&'static str),
    Revoked(RevocationReason, Timestamp),
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn tell(standing: &mut Standing, news: &News) -> bool {
    let invoice = |id: &str| HoldCause::UnpaidInvoice(id.to_owned());
    match news {
        News::Dispute(id, news, at) => standing.dispute(id, *news, *at),
        News::InvoiceUnpaid(id) => standing.hold(invoice(id)),
        News::InvoicePaid(id) => standing.release(invoice(id)),
        News::Revoked(reason, at) => standing.revoke(*reason, *at),
    }
}

fn after(all: &[News]) -> Standing {
    let mut standing = Standing::new(Some(second(100)));
    for news in all {
        tell(&mut standing, news);
    }
    standing
}

#[test]
fn news_leads_to_the_state_it_means() {
    use DisputeNews::{Lost, Opened, Won};
    let (early, late) = (second(10), second(20));
    let refund = News::Revoked(RevocationReason::Refund, early);
    for (name, news, state) in [
        ("nothing", vec![], State::Active),
        (
            "opened",
            vec![News::Dispute("a", Opened, early)],
            State::Frozen,
        ),
        (
            "opened and won",
            vec![
                News::Dispute("a", Opened, early),
                News::Dispute("a", Won, late),
            ],
            State::Active,
        ),
        (
            "won, then heard that it was opened",
            vec![
                News::Dispute("a", Won, late),
                News::Dispute("a", Opened, early),
            ],
            State::Active,
        ),
        (
            "one won, another open",
            vec![
                News::Dispute("a", Won, late),
                News::Dispute("b", Opened, early),
            ],
            State::Frozen,
        ),
        (
            "lost, then said to be won",
            vec![
                News::Dispute("a", Lost, late),
                News::Dispute("a", Won, late),
            ],
            State::Revoked,
        ),
        ("unpaid", vec![News::InvoiceUnpaid("i")], State::Frozen),
        (
            "paid, then heard that it was not",
            vec![News::InvoicePaid("i"), News::InvoiceUnpaid("i")],
            State::Active,
        ),
        (
            "refunded, then paid",
            vec![
                News::InvoiceUnpaid("i"),
                refund.clone(),
                News::InvoicePaid("i"),
            ],
            State::Revoked,
        ),
        (
            "refunded, and a dispute won",
            vec![refund, News::Dispute("a", Won, late)],
            State::Revoked,
        ),
    ] {
        assert_eq!(after(&news).state(second(50)), state, "{name}");
    }
}

#[test]
fn the_more_final_state_is_told() {
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
fn of_two_revocations_the_admins_stays_else_the_earlier() {
    use RevocationReason::{Admin, Dispute, Refund};
    for (first, then, stays) in [
        ((Refund, 10), (Dispute, 20), (Refund, 10)),
        ((Refund, 20), (Dispute, 10), (Dispute, 10)),
        ((Refund, 10), (Admin, 20), (Admin, 20)),
        ((Admin, 20), (Refund, 10), (Admin, 20)),
        ((Admin, 20), (Admin, 10), (Admin, 10)),
        ((Dispute, 10), (Refund, 10), (Refund, 10)),
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

fn any_news() -> impl Strategy<Value = News> {
    use DisputeNews::{Lost, Opened, Won};
    let id = proptest::sample::select(vec!["a", "b"]);
    let at = (0..5_i64).prop_map(second);
    let outcome = proptest::sample::select(vec![Opened, Won, Lost]);
    let reason = proptest::sample::select(RevocationReason::ALL.to_vec());
    prop_oneof![
        4 => (id.clone(), outcome, at.clone()).prop_map(|(id, news, at)| News::Dispute(id, news, at)),
        2 => id.clone().prop_map(News::InvoiceUnpaid),
        2 => id.prop_map(News::InvoicePaid),
        1 => (reason, at).prop_map(|(reason, at)| News::Revoked(reason, at)),
    ]
}

fn shuffled() -> impl Strategy<Value = (Vec<News>, Vec<News>)> {
    proptest::collection::vec(any_news(), 0..12)
        .prop_flat_map(|news| (Just(news.clone()), Just(news).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_same_news_in_any_order_ends_the_same((news, other) in shuffled()) {
        prop_assert_eq!(after(&news), after(&other));
    }

    #[test]
    fn news_told_twice_changes_nothing((news, again) in shuffled()) {
        let mut standing = after(&news);
        let before = standing.clone();
        for news in &again {
            prop_assert!(!tell(&mut standing, news), "{:?}", news);
        }
        prop_assert_eq!(standing, before);
    }

    #[test]
    fn what_tells_of_a_change_has_changed(news in proptest::collection::vec(any_news(), 0..12)) {
        let mut standing = Standing::new(None);
        for news in &news {
            let before = standing.clone();
            prop_assert_eq!(tell(&mut standing, news), standing != before);
        }
    }

    #[test]
    fn nothing_brings_a_revoked_license_back(news in proptest::collection::vec(any_news(), 0..12)) {
        let mut standing = Standing::new(None);
        standing.revoke(RevocationReason::Admin, second(3));
        for news in &news {
            tell(&mut standing, news);
            prop_assert_eq!(standing.state(second(0)), State::Revoked);
            prop_assert_eq!(standing.revocation().unwrap().reason(), RevocationReason::Admin);
        }
    }

    #[test]
    fn a_stored_standing_is_the_same_standing(news in proptest::collection::vec(any_news(), 0..12)) {
        let standing = after(&news);
        let holds: Vec<_> = standing
            .holds()
            .map(|(cause, status)| (HoldCause::parse(&cause.to_string()).unwrap(), status))
            .collect();
        let stored = Standing::from_parts(standing.expires_at(), standing.revocation(), holds);
        prop_assert_eq!(stored, standing);
    }
}
