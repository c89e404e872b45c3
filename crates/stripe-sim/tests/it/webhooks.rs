use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use mintage_stripe_sim::{Config, Mode, Secret, WebhookEndpoint};
use serde_json::{Value, json};

use crate::bench::{Bench, eventually};

/// Bodies by the path they came to.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// A receiver that says yes, but never answers at `/slow`; its address and what it heard.
fn receiver() -> (String, Heard) {
    let heard = Heard::default();
    let shared = Data::new(Arc::clone(&heard));
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .route("/{name}", web::post().to(hear))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").expect("a loopback port is free");
    let url = format!("http://{}", server.addrs()[0]);
    rt::spawn(server.run());
    (url, heard)
}

async fn hear(heard: Data<Heard>, name: Path<String>, body: Bytes) -> HttpResponse {
    if *name == "slow" {
        std::future::pending::<()>().await;
    }
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.push((name.into_inner(), body));
    HttpResponse::Ok().finish()
}

fn heard_by(heard: &Heard, name: &str) -> Vec<Value> {
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let own = heard.iter().filter(|(to, _)| to == name);
    own.map(|(_, body)| body.clone()).collect()
}

async fn expire_a_session(bench: &Bench, account: &str) {
    let session = bench.session(account).await;
    let path = format!("/v1/checkout/sessions/{session}/expire");
    assert_eq!(bench.post(account, &path, "").await.status, 200);
}

#[actix_web::test]
async fn each_endpoint_hears_what_concerns_it() {
    let bench = Bench::start(Config::default());
    let (url, heard) = receiver();
    let (test_only, both) = (bench.account(&[false]).await, bench.account(&[true]).await);
    for (name, mode, account) in [
        ("test", Mode::Test, None),
        ("live", Mode::Live, None),
        ("own", Mode::Test, Some(both.clone())),
        ("own_live", Mode::Live, Some(both.clone())),
    ] {
        bench.running.add_webhook_endpoint(WebhookEndpoint {
            url: format!("{url}/{name}"),
            secret: Secret::new("whsec_x"),
            mode,
            account,
        });
    }
    expire_a_session(&bench, &test_only).await;
    expire_a_session(&bench, &both).await;
    let gone = format!("accounts/{both}/deauthorize");
    bench.control(&gone, &json!({ "livemode": true })).await;
    eventually("six deliveries", async || {
        (bench.watch("deliveries").await.len() >= 6).then_some(())
    })
    .await;

    let expired = |account: &str| format!("{account} checkout.session.expired false");
    let removed = |account: &str| format!("{account} account.application.deauthorized true");
    let told = |name| {
        let mut told: Vec<_> = heard_by(&heard, name).iter().map(line).collect();
        told.sort();
        told
    };
    let mut both_expired = [expired(&test_only), expired(&both)];
    both_expired.sort();
    assert_eq!(told("test"), both_expired);
    // Test news of an account connected live goes to the live endpoint as well.
    assert_eq!(told("live"), [removed(&both), expired(&both)]);
    // An account's own endpoint is not told the account.
    assert_eq!(told("own"), [expired("-")]);
    assert_eq!(told("own_live"), [removed("-")]);
}

/// Account, type and livemode of an event.
fn line(event: &Value) -> String {
    let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
    format!("{} {} {}", text("account"), text("type"), event["livemode"])
}

#[actix_web::test]
async fn a_delivery_is_given_up_when_the_schedule_is_used_up() {
    let mut config = Config {
        retry_schedule: vec![Duration::from_millis(5); 2],
        ..Config::default()
    };
    // Nobody listens on the discard port.
    let endpoint = WebhookEndpoint::connect("http://127.0.0.1:9/", "whsec_x", Mode::Test);
    config.webhook_endpoints.push(endpoint);
    let bench = Bench::start(config);
    let account = bench.account(&[false]).await;
    expire_a_session(&bench, &account).await;
    eventually("three attempts", async || {
        (bench.watch("deliveries").await.len() == 3).then_some(())
    })
    .await;
    rt::time::sleep(Duration::from_millis(100)).await;
    let attempts = bench.watch("deliveries").await;
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
    let event = bench.watch("events").await.remove(0);
    assert_eq!(
        (
            &event["pending_webhooks"],
            event["deliveries"].as_array().map(Vec::len)
        ),
        (&json!(1), Some(3))
    );
}

#[actix_web::test]
async fn a_receiver_that_hangs_holds_up_no_other() {
    let bench = Bench::start(Config::default());
    let (url, heard) = receiver();
    for name in ["slow", "quick"] {
        let endpoint = WebhookEndpoint::connect(format!("{url}/{name}"), "whsec_x", Mode::Test);
        bench.running.add_webhook_endpoint(endpoint);
    }
    let account = bench.account(&[false]).await;
    expire_a_session(&bench, &account).await;
    expire_a_session(&bench, &account).await;
    eventually("both events", async || {
        (heard_by(&heard, "quick").len() == 2).then_some(())
    })
    .await;
}
