//! Paid, and no license; a license, and nobody is told.

use serde_json::json;

use super::case::{Case, Row, call};
use crate::harness::seller::session_of;
use crate::harness::stage::SANDBOX_SECRET;
use crate::harness::stripe::Pay;
use crate::harness::{Manner, Receiver, Request, Seller, Stage, eventually};

const WEBHOOKS: &str = "mintage_http_requests_total{method=\"POST\",route=\"/api/stripe/webhook/connect\",status=\"4xx\"}";

#[test]
fn no_license_arrives() {
    let wrong = [(
        "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET",
        "whsec_OfAnotherEndpoint",
    )];
    let case = Case::selling("no-license-arrives", &wrong);
    let session = case.seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let event = case
        .stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let id = event["id"].as_str().expect("an id");
    let statuses = eventually("Stripe to be refused", || {
        Some(case.stage.stripe.statuses(id)).filter(|all| !all.is_empty())
    });
    assert_eq!(statuses[0], 400);
    let refused = case.seller.hear(&event);
    case.row
        .caller_sees(&refused, 400, "webhook/signature-invalid");
    case.logs(&refused);
    case.counts(WEBHOOKS);
    assert!(case.seller.licenses().is_empty());
    assert_eq!(case.seller.order_of(&session)["status"], "open");
    case.row.says("`open`");
    // The doctor names it ten minutes later, which `doctor_sellers.rs` shows.
    case.row.says("`webhook-delivery`");
    case.row.says("`STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET`");
    let right = [("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", SANDBOX_SECRET)];
    let (stage, seller, row) = case.restart(&right);
    row.says("mintage reconcile");
    stage
        .command_text(&["reconcile"])
        .expect("a reconciliation");
    seller.await_status("ACTIVE");
}

#[test]
fn webhooks_not_handled() {
    let row = Row::of("webhooks-not-handled");
    // Nobody has told Stripe about the server.
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let told = stage.doctor(&[], &[]).failure("webhook-endpoint");
    assert!(told.contains("there is no webhook endpoint"), "{told}");
    row.says("`webhook-endpoint`");
    row.says("`webhook-events`");
    assert!(seller.status()["lastWebhookAt"].is_null());
    row.says("`lastWebhookAt`");
    assert_eq!(seller.order_of(&session)["status"], "open");
    let url = stage.api.url("/api/stripe/webhook/connect");
    let endpoint = json!({"url": url, "secret": SANDBOX_SECRET});
    stage.stripe.control("webhook_endpoints", &endpoint);
    assert!(
        seller.licenses().is_empty(),
        "what happened before is not sent again"
    );
    row.says("mintage reconcile");
    stage
        .command_text(&["reconcile"])
        .expect("a reconciliation");
    seller.await_status("ACTIVE");
    let found = stage.doctor(&[], &[]);
    assert!(
        found.failure("webhook-endpoint").starts_with("live |"),
        "that of live mode is left"
    );
}

#[test]
fn paid_order_parked() {
    let row = Row::of("paid-order-parked");
    let mut stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime", Some(2_900));
    seller.connect("sandbox");
    seller.set_up_prices();
    let url = seller.open("lifetime");
    let good = stage.damage_product_secret();
    let server = stage.serve_apart();
    stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
    let parked = "/v1/integrations/stripe/parked";
    let waiting = eventually("the event to be parked", || {
        let listed = seller.manage(call(&row, "GET", parked)).expect(200);
        listed["items"]
            .as_array()
            .and_then(|all| all.first().cloned())
    });
    let message = "the event is parked: it should have issued a license";
    row.says(message);
    eventually("the line in the log", || {
        server.log().contains(message).then_some(())
    });
    row.says("`parked-events`");
    stage.doctor(&[], &[]).failure("parked-events");

    drop(server);
    stage.restart(&[]);
    stage.repair_product_secret(good);
    let id = waiting["id"].as_str().expect("an id");
    row.says("mintage parked retry");
    let retry = ["parked", "retry", "--tenant", "acme", "--id", id];
    stage.command_text(&retry).expect("a retry");
    let _server = stage.serve_apart();
    seller.await_status("ACTIVE");
    assert_eq!(seller.order_of(&session_of(&url))["status"], "fulfilled");
}

#[test]
fn license_created_never_fires() {
    let case = Case::selling("license-created-never-fires", &[]);
    // There is no endpoint.
    case.seller.sell_one();
    let deliveries = "/v1/webhook/deliveries";
    let delivery = || {
        let listed = call(&case.row, "GET", deliveries);
        let listed = case.seller.manage(listed).expect(200);
        let mut all = listed["items"].as_array().into_iter().flatten();
        let told = all.find(|it| it["event"] == "license.created");
        told.cloned().expect("a delivery")
    };
    assert_eq!(delivery()["status"], "pending");
    case.row.says("`pending`");
    assert!(
        case.doctor_warns("seller-endpoints")
            .contains("there is no webhook endpoint")
    );

    // There is one, and it fails.
    let receiver = Receiver::start();
    receiver.answer(Manner::Status(500));
    call(&case.row, "PUT", "/v1/webhook");
    case.seller.tell(&receiver);
    eventually("an attempt", || {
        (!receiver.received().is_empty()).then_some(())
    });
    case.logs_message("the delivery failed and will be retried");
    case.counts("mintage_delivery_attempts_total{result=\"retried\"}");
    let told = eventually("the endpoint to be failing", || {
        let found = case.stage.doctor(&[], &[]);
        let warned = found.checks("warning").contains(&"seller-endpoints");
        warned.then(|| found.warning("seller-endpoints"))
    });
    assert!(told.contains("is failing"), "{told}");
    let failed = eventually("the status of the attempt", || {
        Some(delivery()).filter(|it| it["lastStatus"] == 500)
    });
    assert_eq!(failed["status"], "retrying");
    case.row.says("`retrying`");
    case.row.says("`lastStatus`");
    case.row.says("`lastResponseSnippet`");

    receiver.answer(Manner::Status(200));
    case.row
        .says("`POST /v1/webhook/deliveries/{id}/redeliver`");
    let id = failed["id"].as_str().expect("an id");
    case.seller
        .manage(Request::post(format!("{deliveries}/{id}/redeliver")))
        .expect(202);
    eventually("the delivery", || {
        (delivery()["status"] == "delivered").then_some(())
    });
    let all = receiver.received().into_iter();
    let told = all.filter(|it| it.json()["event"] == "license.created");
    assert!(told.count() >= 2, "refused first, and taken then");
}
