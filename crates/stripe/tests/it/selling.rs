//! Making and selling on the simulated Stripe, over real connections.

use std::time::Duration;

use mintage_domain::mode::Mode;
use mintage_domain::ports::{CheckoutRequest, NewPrice, Stripe, StripeError, Webhooks};
use mintage_domain::stripe_event::{News, PaymentStatus};
use mintage_domain::time::Timestamp;
use serde_json::json;

use crate::samples::{self, MAKES, key, product, put_on_sale, usd};
use crate::world::World;

#[test]
fn a_lost_answer_asked_for_again_under_the_same_key_makes_one_object() {
    for (path, make) in MAKES {
        let world = World::start();
        let stripe = world.stripe();
        let on = world.connected(Mode::Live);
        let stock = put_on_sale(&stripe, &on);
        let before = world.count(&on, path);
        world.plant(&json!({ "path": path, "method": "POST", "kind": "lose_answer" }));
        let lost = make(&stripe, &on, &stock, &key("again"));
        assert!(
            matches!(lost, Err(StripeError::Unavailable(_))),
            "{path}: {lost:?}"
        );
        let first = make(&stripe, &on, &stock, &key("again")).expect(path);
        let second = make(&stripe, &on, &stock, &key("again")).expect(path);
        assert_eq!(first, second, "{path}");
        assert_eq!(world.count(&on, path), before + 1, "{path}");
        let other = make(&stripe, &on, &stock, &key("another")).expect(path);
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
            let stock = put_on_sale(&stripe, &on);
            world.plant(&json!({ "path": path, "kind": kind }));
            let error = make(&stripe, &on, &stock, &key("k")).expect_err("a fault");
            match &busy {
                Some(busy) => assert_eq!(error, *busy, "{kind}"),
                None => assert!(
                    matches!(error, StripeError::Unavailable(_)),
                    "{kind}: {error:?}"
                ),
            }
            assert!(
                make(&stripe, &on, &stock, &key("k")).is_ok(),
                "{kind} is over"
            );
        }
    }
}

#[test]
fn an_account_that_is_gone_cannot_be_sold_on() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(&stripe, &on);
    world.post(
        &format!("accounts/{}/deauthorize", on.account),
        &json!({ "livemode": true }),
    );
    for (path, make) in MAKES {
        let refused = make(&stripe, &on, &stock, &key("late"));
        assert_eq!(refused, Err(StripeError::AccountGone), "{path}");
    }
    assert_eq!(stripe.account(&on), Err(StripeError::AccountGone));
}

#[test]
fn an_account_that_is_not_activated_cannot_charge() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(&stripe, &on);
    world.post(
        &format!("accounts/{}", on.account),
        &json!({ "charges_enabled": false }),
    );
    let refused = stripe.open_checkout(&on, &stock.checkout, &key("k"));
    assert_eq!(refused, Err(StripeError::CannotCharge));
    assert_eq!(
        stripe.account(&on).map(|account| account.charges_enabled),
        Ok(false)
    );
}

#[test]
fn what_is_sold_must_exist_and_cost_enough_and_more_than_the_fee() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(&stripe, &on);

    let unknown = CheckoutRequest {
        price: samples::checkout().price,
        ..stock.checkout.clone()
    };
    let refused = stripe.open_checkout(&on, &unknown, &key("unknown"));
    assert_eq!(refused, Err(StripeError::NotFound));

    let greedy = CheckoutRequest {
        fee: Some(usd(2_901)),
        ..stock.checkout.clone()
    };
    let refused = stripe.open_checkout(&on, &greedy, &key("greedy"));
    assert!(
        matches!(refused, Err(StripeError::Refused { .. })),
        "{refused:?}"
    );

    let cheap = NewPrice {
        amount: usd(49),
        ..stock.price.clone()
    };
    let price = stripe
        .create_price(&on, &cheap, &key("cheap"))
        .expect("a price");
    let tiny = CheckoutRequest {
        price,
        fee: None,
        ..stock.checkout.clone()
    };
    let refused = stripe.open_checkout(&on, &tiny, &key("tiny"));
    assert_eq!(refused, Err(StripeError::AmountTooSmall));
}

#[test]
fn one_key_for_two_different_things_is_refused() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    stripe
        .create_product(&on, &product(), &key("k"))
        .expect("a product");
    let other = mintage_domain::ports::NewProduct {
        name: "Other".to_owned(),
        ..product()
    };
    let refused = stripe.create_product(&on, &other, &key("k"));
    assert!(
        matches!(refused, Err(StripeError::Refused { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_the_simulator_signs_is_believed_and_read() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    let stock = put_on_sale(&stripe, &on);
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
            price: stripe
                .create_price(&on, &price, &key(&name))
                .expect("a price"),
            fee: stock.checkout.fee.filter(|_| amount > 0),
            ..stock.checkout.clone()
        };
        let session = stripe.open_checkout(&on, &checkout, &key(&format!("buy {amount}")));
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
        let News::SessionCompleted(facts) = event.news else {
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
    let stock = put_on_sale(&stripe, &on);
    stripe
        .open_checkout(&on, &stock.checkout, &key("k"))
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
