#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;
use crate::model::licenses::standing::{Standing, State};
use crate::model::stripe::subscription::SubscriptionStatus::{
    self, Active, Canceled, PastDue, Paused, Trialing,
};

const DAY: i64 = 86_400;
/// The length of a period in these tests.
const PERIOD: i64 = 30 * DAY;

fn invoice(number: i64, is_paid: bool) -> InvoiceFacts {
    InvoiceFacts {
        id: InvoiceId::parse(&format!("in_{number}")).unwrap(),
        subscription: SubscriptionId::parse("sub_1").ok(),
        created: Some(number * PERIOD),
        period_end: Some((number + 1) * PERIOD),
        is_paid,
        has_failed: !is_paid,
        is_void: false,
        amount_paid: None,
        currency: None,
        payment_intent: None,
        is_ours: None,
    }
}

fn latest(status: SubscriptionStatus, number: i64) -> StripeSubscription {
    StripeSubscription {
        id: SubscriptionId::parse("sub_1").unwrap(),
        status,
        period_start: Some(number * PERIOD),
        period_end: Some((number + 1) * PERIOD),
        cancels: false,
        is_paused: status == Paused,
        latest_invoice: InvoiceId::parse(&format!("in_{number}")).ok(),
        sold: None,
        is_ours: None,
    }
}

fn subscription() -> Subscription {
    let key = SubscriptionKey {
        account: StripeAccountId::parse("acct_1").unwrap(),
        id: SubscriptionId::parse("sub_1").unwrap(),
    };
    Subscription::new(key, Timestamp::EPOCH)
}

#[derive(Debug, Clone)]
enum News {
    Invoice(InvoiceFacts),
    Refunded(i64),
    Latest(StripeSubscription),
}
use News::{Invoice, Latest, Refunded};

fn paid(number: i64) -> News {
    Invoice(invoice(number, true))
}

fn failed(number: i64) -> News {
    Invoice(invoice(number, false))
}

fn after(news: &[News]) -> Subscription {
    let mut subscription = subscription();
    for news in news {
        match news {
            Invoice(facts) => subscription.report_invoice(facts),
            Refunded(number) => {
                let id = InvoiceId::parse(&format!("in_{number}")).unwrap();
                subscription.report_refund(&id, true);
            }
            Latest(latest) => subscription.report(latest.clone()),
        }
    }
    subscription
}

/// The day on which a license expires, the day from which it is frozen, and the status.
fn days(news: &[News]) -> (Option<i64>, Option<i64>, SubscriptionStatus) {
    let term = after(news).term();
    let day = |at: Timestamp| at.unix_seconds() / DAY;
    let frozen = term.lapse.map(|lapse| day(lapse.from));
    (term.expires_at.map(day), frozen, term.status)
}

#[test]
fn a_license_gets_what_is_paid() {
    let proration = InvoiceFacts {
        period_end: None,
        ..invoice(7, true)
    };
    let void = InvoiceFacts {
        is_void: true,
        has_failed: false,
        ..invoice(1, false)
    };
    let late = InvoiceFacts {
        created: Some(PERIOD + 3 * DAY),
        ..invoice(1, false)
    };
    let early = InvoiceFacts {
        created: Some(PERIOD - 3 * DAY),
        ..invoice(1, false)
    };
    for (case, news, expected) in [
        ("nothing is paid", vec![], (None, None, Active)),
        ("the first period", vec![paid(0)], (Some(30), None, Active)),
        (
            "a renewal",
            vec![paid(0), paid(1)],
            (Some(60), None, Active),
        ),
        (
            "a proration",
            vec![paid(0), Invoice(proration)],
            (Some(30), None, Active),
        ),
        (
            "a failure",
            vec![paid(0), failed(1)],
            (Some(37), Some(37), PastDue),
        ),
        (
            "a failure of an invoice that is void",
            vec![paid(0), failed(1), Invoice(void.clone())],
            (Some(30), None, Active),
        ),
        (
            "a void invoice of which only the status says that it failed",
            vec![paid(0), Invoice(void), Latest(latest(PastDue, 1))],
            (Some(30), None, Active),
        ),
        (
            "a failure of which only the status is known",
            vec![paid(0), Latest(latest(PastDue, 1))],
            (Some(37), Some(37), PastDue),
        ),
        (
            "a late invoice",
            vec![paid(0), Invoice(late)],
            (Some(37), Some(37), PastDue),
        ),
        (
            "an early invoice",
            vec![paid(0), Invoice(early)],
            (Some(34), Some(34), PastDue),
        ),
        (
            "a recovery",
            vec![paid(0), failed(1), paid(1)],
            (Some(60), None, Active),
        ),
        (
            "two failures",
            vec![paid(0), failed(1), failed(2)],
            (Some(37), Some(37), PastDue),
        ),
        (
            "a failure that a later payment covers",
            vec![paid(0), failed(1), paid(2)],
            (Some(90), None, Active),
        ),
        (
            "a refund",
            vec![paid(0), paid(1), Refunded(1)],
            (Some(30), None, Active),
        ),
        (
            "a refund of what is past",
            vec![paid(0), Refunded(0), paid(1)],
            (Some(60), None, Active),
        ),
        (
            "a refund is no renewal that is on its way",
            vec![paid(0), paid(1), Latest(latest(Active, 1)), Refunded(1)],
            (Some(30), None, Active),
        ),
        (
            "a renewal that is on its way",
            vec![paid(0), Latest(latest(Active, 1))],
            (Some(37), None, Active),
        ),
    ] {
        assert_eq!(days(&news), expected, "{case}");
    }
}

#[test]
fn a_license_follows_the_state_at_stripe() {
    let cancels = |number| StripeSubscription {
        cancels: true,
        ..latest(Active, number)
    };
    for (case, news, expected) in [
        (
            "an end to come",
            vec![paid(0), Latest(cancels(0))],
            (Some(30), None, Active),
        ),
        (
            "an end to come gets no grace",
            vec![paid(0), failed(1), Latest(cancels(1))],
            (Some(30), None, PastDue),
        ),
        (
            "an end",
            vec![paid(0), paid(1), Latest(latest(Canceled, 1))],
            (Some(60), None, Canceled),
        ),
        (
            "an end after a failure",
            vec![paid(0), failed(1), Latest(latest(Canceled, 1))],
            (Some(30), None, Canceled),
        ),
        (
            "nothing follows an end",
            vec![
                paid(0),
                Latest(latest(Canceled, 0)),
                Latest(latest(Active, 1)),
            ],
            (Some(30), None, Canceled),
        ),
        (
            "a pause",
            vec![paid(0), Latest(latest(Paused, 0))],
            (Some(30), Some(0), Paused),
        ),
        (
            "a pause that is over",
            vec![
                paid(0),
                Latest(latest(Paused, 0)),
                Latest(latest(Active, 0)),
            ],
            (Some(30), None, Active),
        ),
        (
            "a trial",
            vec![paid(0), Latest(latest(Trialing, 0))],
            (Some(30), None, Trialing),
        ),
        (
            "a trial that fails to become paid",
            vec![paid(0), Latest(latest(Trialing, 0)), failed(1)],
            (Some(37), Some(37), PastDue),
        ),
    ] {
        assert_eq!(days(&news), expected, "{case}");
    }
}

#[test]
fn without_grace_a_license_is_frozen_when_what_is_paid_ends() {
    let mut subscription = after(&[paid(0), failed(1)]);
    subscription.grace_days = 0;
    let lapse = subscription.term().lapse.unwrap();
    assert_eq!(lapse.from.unix_seconds(), PERIOD);
}

#[test]
fn all_is_refunded_only_if_every_paid_period_is() {
    let is_refunded = |news: &[News]| after(news).term().is_refunded;
    assert!(!is_refunded(&[]));
    assert!(!is_refunded(&[Refunded(0)]), "not known to be paid yet");
    assert!(is_refunded(&[Refunded(0), paid(0)]));
    assert!(!is_refunded(&[paid(0), paid(1), Refunded(1)]));
    assert!(is_refunded(&[paid(0), paid(1), Refunded(1), Refunded(0)]));
}

#[test]
fn what_is_assumed_at_the_sale_counts_until_an_invoice_is_known() {
    let mut subscription = subscription();
    subscription.assume(Timestamp::EPOCH, Duration::from_secs(5));
    assert_eq!(subscription.term().paid_until.unwrap().unix_seconds(), 5);
    subscription.report_invoice(&invoice(0, true));
    assert_eq!(
        subscription.term().paid_until.unwrap().unix_seconds(),
        PERIOD
    );
}

#[test]
fn the_latest_invoices_are_kept_in_whatever_order_they_arrive() {
    let growing: Vec<_> = (0..300).map(paid).collect();
    let falling: Vec<_> = growing.iter().rev().cloned().collect();
    assert_eq!(after(&growing), after(&falling));
    assert_eq!(days(&growing).0, Some(300 * 30));
}

#[test]
fn a_subscription_is_kept_as_json() {
    let news = after(&[paid(0), failed(1), Refunded(0), Latest(latest(Active, 0))]).news;
    let json = serde_json::to_string(&news).unwrap();
    assert_eq!(
        serde_json::from_str::<SubscriptionNews>(&json).unwrap(),
        news
    );
}

fn any_news() -> impl Strategy<Value = News> {
    prop_oneof![
        4 => (0..6_i64).prop_map(paid),
        3 => (0..6_i64).prop_map(failed),
        2 => (0..6_i64).prop_map(Refunded),
        1 => Just(Latest(latest(Canceled, 3))),
    ]
}

proptest! {
    #[test]
    fn the_same_news_in_any_order_and_repeated_end_the_same(
        (news, other) in proptest::collection::vec(any_news(), 0..12)
            .prop_flat_map(|news| (Just(news.clone()), Just(news).prop_shuffle())),
    ) {
        let twice: Vec<_> = news.iter().chain(&other).cloned().collect();
        prop_assert_eq!(after(&news), after(&other));
        prop_assert_eq!(after(&news), after(&twice));
    }

    #[test]
    fn a_license_never_gets_more_than_the_paid_period_and_the_grace(
        news in proptest::collection::vec(any_news(), 0..12),
    ) {
        let subscription = after(&news);
        let term = subscription.term();
        if let (Some(paid), Some(end)) = (term.paid_until, term.expires_at) {
            prop_assert!(paid <= end);
            prop_assert!(end <= paid.plus(Duration::from_hours(7 * 24)));
            let standing = Standing::new(None).with_subscription(term.expires_at, term.lapse);
            prop_assert_ne!(standing.state(end), State::Active);
            if paid > Timestamp::EPOCH {
                let before = paid.minus(Duration::from_secs(1));
                prop_assert_eq!(standing.state(before), State::Active);
            }
        }
    }
}
