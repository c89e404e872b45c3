//! Stopping: what is under way is finished.

use serde_json::json;

use crate::harness::{Manner, Receiver, Request, Seller, Stage, eventually};

#[test]
fn a_request_under_way_is_answered_before_the_server_ends() {
    let mut stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let slowly = json!({"delay": {"millis": 1_000}});
    stage.stripe.fault("/v1/checkout/sessions", &slowly, 1);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| seller.checkout(&Seller::wish("lifetime")));
        eventually("the checkout to be under way", || {
            let orders = seller.items("/v1/orders");
            orders
                .first()
                .filter(|order| order["status"] == "opening")
                .cloned()
        });
        stage.stop();
        assert!(call.is_finished(), "the end waited for it");
        call.join().expect("an answer").expect(200);
    });
    let refused = stage.api.0.try_call(&Request::get("/healthz"));
    assert!(refused.is_err(), "nobody listens any more");
    stage.restart(&[]);
    assert_eq!(seller.items("/v1/orders")[0]["status"], "open");
}

#[test]
fn a_delivery_under_way_is_written_down_before_the_server_ends() {
    let mut stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    receiver.answer(Manner::Hang);
    seller.tell(&receiver);
    seller.sell_one();
    eventually("the attempt", || receiver.received().pop());
    let api = stage.api;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let gone = || api.0.try_call(&Request::get("/healthz")).is_err();
            eventually("the server to stop listening", || gone().then_some(()));
            receiver.answer(Manner::Status(200));
        });
        stage.stop();
    });
    stage.restart(&[]);
    let delivery = &seller.items("/v1/webhook/deliveries")[0];
    assert_eq!(
        (&delivery["status"], &delivery["attemptCount"]),
        (&json!("delivered"), &json!(1))
    );
    assert_eq!(receiver.received().len(), 1);
}
