use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use mintage_stripe_sim::{Config, Mode, Secret, WebhookEndpoint};
use serde_json::{Value, json};

use crate::test_sim::{TestSim, eventually};

/// Received bodies with the path of the request.
type Received = Arc<Mutex<Vec<(String, Value)>>>;

/// Starts a webhook receiver that never responds at `/slow`. Returns its address and the received
/// bodies.
fn receiver() -> (String, Received) {
    let received = Received::default();
    let shared = Data::new(Arc::clone(&received));
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .route("/{name}", web::post().to(receive))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").expect("a loopback port is free");
    let url = format!("http://{}", server.addrs()[0]);
    rt::spawn(server.run());
    (url, received)
}

async fn receive(received: Data<Received>, name: Path<String>, body: Bytes) -> HttpResponse {
    if *name == "slow" {
        std::future::pending::<()>().await;
    }
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let mut received = received.lock().unwrap_or_else(PoisonError::into_inner);
    received.push((name.into_inner(), body));
    HttpResponse::Ok().finish()
}

fn received_by(received: &Received, name: &str) -> Vec<Value> {
    let received = received.lock().unwrap_or_else(PoisonError::into_inner);
    let own = received.iter().filter(|(to, _)| to == name);
    own.map(|(_, body)| body.clone()).collect()
}

async fn expire_a_session(sim: &TestSim, account: &str) {
    let session = sim.session(account).await;
    let path = format!("/v1/checkout/sessions/{session}/expire");
    assert_eq!(sim.post(account, &path, "").await.status, 200);
}

#[actix_web::test]
async fn each_endpoint_receives_its_events() {
    let sim = TestSim::start(Config::default());
    let (url, received) = receiver();
    let (test_only, both) = (sim.account(&[false]).await, sim.account(&[true]).await);
    for (name, mode, account) in [
        ("test", Mode::Test, None),
        ("live", Mode::Live, None),
        ("own", Mode::Test, Some(both.clone())),
        ("own_live", Mode::Live, Some(both.clone())),
    ] {
        sim.running.add_webhook_endpoint(WebhookEndpoint {
            url: format!("{url}/{name}"),
            secret: Secret::new("whsec_x"),
            mode,
            account,
        });
    }
    expire_a_session(&sim, &test_only).await;
    expire_a_session(&sim, &both).await;
    let gone = format!("accounts/{both}/deauthorize");
    sim.control(&gone, &json!({ "livemode": true })).await;
    eventually("six deliveries", async || {
        (sim.list("deliveries").await.len() >= 6).then_some(())
    })
    .await;

    let expired = |account: &str| format!("{account} checkout.session.expired false");
    let removed = |account: &str| format!("{account} account.application.deauthorized true");
    let events = |name| {
        let mut events: Vec<_> = received_by(&received, name).iter().map(line).collect();
        events.sort();
        events
    };
    let mut both_expired = [expired(&test_only), expired(&both)];
    both_expired.sort();
    assert_eq!(events("test"), both_expired);
    // The live endpoint also receives the test events of an account connected in live mode.
    assert_eq!(events("live"), [removed(&both), expired(&both)]);
    // An account's own endpoint receives events without `account`.
    assert_eq!(events("own"), [expired("-")]);
    assert_eq!(events("own_live"), [removed("-")]);
}

/// The account, type and livemode of an event.
fn line(event: &Value) -> String {
    let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
    format!("{} {} {}", text("account"), text("type"), event["livemode"])
}

#[actix_web::test]
async fn a_delivery_is_not_retried_after_the_schedule() {
    let mut config = Config {
        retry_schedule: vec![Duration::from_millis(5); 2],
        ..Config::default()
    };
    // No program listens on the discard port.
    let endpoint = WebhookEndpoint::connect("http://127.0.0.1:9/", "whsec_x", Mode::Test);
    config.webhook_endpoints.push(endpoint);
    let sim = TestSim::start(config);
    let account = sim.account(&[false]).await;
    expire_a_session(&sim, &account).await;
    eventually("three attempts", async || {
        (sim.list("deliveries").await.len() == 3).then_some(())
    })
    .await;
    rt::time::sleep(Duration::from_millis(100)).await;
    let attempts = sim.list("deliveries").await;
    let numbers: Vec<_> = attempts
        .iter()
        .map(|attempt| attempt["attempt"].clone())
        .collect();
    assert_eq!(numbers, [json!(1), json!(2), json!(3)]);
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt["status"].is_null() && attempt["error"].is_string())
    );
    let event = sim.list("events").await.remove(0);
    assert_eq!(
        (
            &event["pending_webhooks"],
            event["deliveries"].as_array().map(Vec::len)
        ),
        (&json!(1), Some(3))
    );
}

#[actix_web::test]
async fn a_slow_endpoint_does_not_delay_other_endpoints() {
    let sim = TestSim::start(Config::default());
    let (url, received) = receiver();
    for name in ["slow", "quick"] {
        let endpoint = WebhookEndpoint::connect(format!("{url}/{name}"), "whsec_x", Mode::Test);
        sim.running.add_webhook_endpoint(endpoint);
    }
    let account = sim.account(&[false]).await;
    expire_a_session(&sim, &account).await;
    expire_a_session(&sim, &account).await;
    eventually("both events", async || {
        (received_by(&received, "quick").len() == 2).then_some(())
    })
    .await;
}
