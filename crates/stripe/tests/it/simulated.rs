//! The adapter against the simulated Stripe, over real connections: the port's contract, and what
//! only a whole Stripe shows.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::event::{EventData, PaymentStatus};
use mintage_domain::ports::{CheckoutRequest, NewPrice, Stripe, StripeError, Webhooks};
use serde_json::json;

use crate::samples::{MAKES, key, one_of, put_on_sale, usd};
use crate::world::World;

mod contract {
    use crate::world::World;

    mintage_testkit::stripe_contract!(World::start());
}

#[test]
fn a_lost_answer_asked_for_again_under_the_same_key_makes_one_object() {
    for (path, make) in MAKES {
        let world = World::start();
        let stripe = world.stripe();
        let on = world.connected(Mode::Live);
        let stock = put_on_sale(stripe, &on);
        let before = world.count(&on, path);
        world.plant(&json!({ "path": path, "method": "POST", "kind": "lose_answer" }));
        let lost = make(stripe, &on, &stock, &key("again"));
        assert!(
            matches!(lost, Err(StripeError::Unavailable(_))),
            "{path}: {lost:?}"
        );
        let first = make(stripe, &on, &stock, &key("again")).expect(path);
        let second = make(stripe, &on, &stock, &key("again")).expect(path);
        assert_eq!(first, second, "{path}");
        assert_eq!(world.count(&on, path), before + 1, "{path}");
        let other = make(stripe, &on, &stock, &key("another")).expect(path);
        assert_ne!(other, first, "{path}");
    }
}

#[test]
fn a_failing_stripe_is_told_apart_from_a_refusing_one() {
    let busy = |seconds: Option<u64>| StripeError::Busy {
        retry_after: seconds.map(Duration::from_secs),
    };
    for (kind, busy) in [
        (
            json!({ "status": { "status": 429, "retry_after": 7 } }),
            Some(busy(Some(7))),
        ),
        (json!({ "status": { "status": 429 } }), Some(busy(None))),
        (json!({ "status": { "status": 500 } }), None),
        (json!({ "status": { "status": 503 } }), None),
        (json!("close"), None),
    ] {
        for (path, make) in MAKES {
            let world = World::start();
            let stripe = world.stripe();
            let on = world.connected(Mode::Live);
            let stock = put_on_sale(stripe, &on);
            world.plant(&json!({ "path": path, "kind": kind }));
            let error = make(stripe, &on, &stock, &key("k")).expect_err("a fault");
            match &busy {
                Some(busy) => assert_eq!(error, *busy, "{kind}"),
                None => assert!(
                    matches!(error, StripeError::Unavailable(_)),
                    "{kind}: {error:?}"
                ),
            }
            assert!(
                make(stripe, &on, &stock, &key("k")).is_ok(),
                "{kind} is over"
            );
        }
    }
}

#[test]
fn what_the_simulator_signs_is_believed_and_read() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(stripe, &on);
    for (amount, payment) in [
        (2_900, PaymentStatus::Paid),
        (0, PaymentStatus::NoPaymentRequired),
    ] {
        let price = NewPrice {
            amount: usd(amount),
            ..stock.price.clone()
        };
        let name = amount.to_string();
        let checkout = CheckoutRequest {
            lines: vec![one_of(
                stripe
                    .create_price(&on, &price, &key(&name))
                    .expect("a price"),
            )],
            fee: stock.checkout.fee.filter(|_| amount > 0),
            ..stock.checkout.clone()
        };
        let session = stripe.open_checkout(
            &on.clone().into(),
            &checkout,
            &key(&format!("buy {amount}")),
        );
        let session = session.expect("a session");
        let inbox = world.listen(Mode::Live);
        world.pay(&session.url);
        let heard = inbox.next();

        let now = Timestamp::from_unix_seconds(heard.seconds).expect("a time");
        let read = stripe.read_connect(&heard.body, &heard.signature, now);
        let (mode, event) = read.expect("an event");
        assert_eq!(mode, Mode::Live);
        assert_eq!(
            (event.account.as_ref(), event.livemode),
            (Some(&on.account), true)
        );
        let EventData::SessionCompleted(facts) = event.data else {
            panic!("{event:?}");
        };
        assert_eq!(facts.session, session.id);
        assert_eq!((facts.payment, facts.amount_total), (payment, Some(amount)));
        assert_eq!(facts.email.as_deref(), Some("ada+1@shop.test"));
        assert_eq!(facts.payment_intent.is_some(), amount > 0);
    }
}

#[test]
fn every_post_to_the_api_carries_a_key_and_the_version() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(stripe, &on);
    stripe
        .open_checkout(&on.clone().into(), &stock.checkout, &key("k"))
        .expect("a session");
    let requests = world.get("requests");
    let requests = requests.as_array().expect("a list");
    let of_the_api: Vec<_> = requests
        .iter()
        .filter(|request| {
            request["path"]
                .as_str()
                .is_some_and(|path| path.starts_with("/v1/"))
        })
        .collect();
    assert_eq!(of_the_api.len(), 3, "{requests:?}");
    for request in of_the_api {
        assert_eq!(request["stripe_version"], "2026-09-30.endive", "{request}");
        assert_eq!(request["stripe_account"], on.account.as_str(), "{request}");
        assert!(request["idempotency_key"].is_string(), "{request}");
    }
}

#[test]
fn a_fee_above_the_total_is_refused() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(stripe, &on);
    for (fee, is_taken) in [(2_900, true), (2_901, false)] {
        let checkout = CheckoutRequest {
            fee: Some(usd(fee)),
            ..stock.checkout.clone()
        };
        let opened = stripe.open_checkout(&on.clone().into(), &checkout, &key(&fee.to_string()));
        match opened {
            Ok(_) => assert!(is_taken, "{fee}"),
            Err(StripeError::Refused(_)) => assert!(!is_taken, "{fee}"),
            Err(other) => panic!("{fee}: {other:?}"),
        }
    }
}

#[test]
fn a_grant_that_a_wrong_client_id_cannot_end_is_not_said_to_be_over() {
    let world = World::start();
    let on = world.connected(Mode::Live);
    let refused = world.stripe_as("ca_other").deauthorize(&on);
    let Err(StripeError::Refused(refusal)) = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal.code.as_deref(), Some("invalid_client"));
    assert!(world.stripe().account(&on).is_ok());
}

#[test]
fn a_key_that_stripe_does_not_know_is_the_operators_matter() {
    let world = World::start();
    let on = world.connected(Mode::Live);
    let stranger = world.stripe_with_key("sk_live_stranger");
    assert_eq!(stranger.account(&on), Err(StripeError::Unauthorized));
    let code = world.consent(&stranger, Mode::Live);
    assert_eq!(
        stranger.exchange(Mode::Live, &code),
        Err(StripeError::Unauthorized)
    );
}
