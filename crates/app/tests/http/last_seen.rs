//! When API keys were last used and activations last seen, written a few seconds late.

use std::time::Duration;

use mintage_domain::ports::Clock;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Request, Seller, Stage, eventually};

/// A seller, the id and the key of a license, and an API key.
fn sold(stage: &Stage) -> (Seller, String, String, ApiKey) {
    let seller = Seller::selling(stage, "acme");
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let id = license["id"].as_str().expect("an id").to_owned();
    (seller, id, key, api_key)
}

fn call(stage: &Stage, path: &str, with: &ApiKey, body: &Value) -> Answer {
    let timestamp = (stage.clock.now().as_micros() / 1_000).to_string();
    let request = signed_to(path, with, &timestamp, body.to_string());
    stage.api.send(&request)
}

fn now(stage: &Stage) -> Value {
    json!(stage.clock.now().to_rfc3339())
}

fn last_use(seller: &Seller, key: &ApiKey) -> Value {
    let keys = seller.items("/v1/api-keys?product=pro");
    let mut of_it = keys.into_iter().filter(|it| it["id"] == key.id);
    of_it.next().expect("the key is listed")["lastUsedAt"].clone()
}

fn last_seen(seller: &Seller, license: &str, device: &str) -> Value {
    let devices = seller.items(&format!("/v1/licenses/{license}/activations"));
    let mut of_it = devices.into_iter().filter(|it| it["fingerprint"] == device);
    of_it.next().expect("the device is listed")["lastSeenAt"].clone()
}

/// Waits until the server has written down what it saw.
fn awaits(what: &str, expected: &Value, mut look: impl FnMut() -> Value) {
    eventually(what, || (look() == *expected).then_some(()));
}

#[test]
fn a_key_tells_when_it_last_signed_a_call_and_null_if_it_never_did() {
    let stage = Stage::new();
    let (seller, _, key, api_key) = sold(&stage);
    let idle = seller.api_key("pro", "FULL", "sandbox");
    let ask = json!({ "key": key });
    for _ in 0..2 {
        stage.advance(Duration::from_mins(1));
        call(&stage, "/v1/validate", &api_key, &ask).expect(200);
        awaits("the last use", &now(&stage), || last_use(&seller, &api_key));
    }
    let used_at = now(&stage);
    // What is not signed with its secret is no use of it.
    stage.advance(Duration::from_mins(1));
    let forged = ApiKey {
        secret: "aks_forged".to_owned(),
        ..idle.clone()
    };
    assert_eq!(call(&stage, "/v1/validate", &forged, &ask).status, 401);
    call(
        &stage,
        "/v1/heartbeat",
        &api_key,
        &json!({"key": key, "fingerprint": "x"}),
    )
    .expect(200);
    awaits("the last use", &now(&stage), || last_use(&seller, &api_key));
    assert_ne!(used_at, now(&stage));
    assert_eq!(last_use(&seller, &idle), Value::Null);
    let by_command = |id: &str| {
        let lines = stage.command(&["api-key", "list", "--tenant", "acme", "--json"]);
        let lines = lines.expect("a list");
        let mut of_it = lines.into_iter().filter(|it| it["id"] == id);
        of_it.next().expect("the key is listed")["lastUsedAt"].clone()
    };
    assert_eq!(by_command(&api_key.id), now(&stage));
    assert_eq!(by_command(&idle.id), Value::Null);
    let path = format!("/v1/api-keys/{}/revoke", api_key.id);
    let revoked = seller.manage(Request::post(path)).expect(200);
    assert_eq!(revoked["lastUsedAt"], now(&stage));
}

#[test]
fn a_device_is_seen_when_it_asks_whether_its_license_is_good() {
    let stage = Stage::new();
    let (seller, license, key, api_key) = sold(&stage);
    let of = |device: &str| json!({"key": key, "fingerprint": device});
    for device in ["desk", "lap", "left"] {
        call(&stage, "/v1/activate", &api_key, &of(device)).expect(200);
    }
    let since = now(&stage);
    stage.advance(Duration::from_secs(1));
    call(&stage, "/v1/deactivate", &api_key, &of("left")).expect(200);
    stage.advance(Duration::from_mins(1));
    for device in ["lap", "left", "stranger"] {
        let answer = call(&stage, "/v1/validate", &api_key, &of(device)).expect(200);
        assert_eq!(answer["activations"], json!({"used": 2, "max": 3}));
    }
    awaits("the device", &now(&stage), || {
        last_seen(&seller, &license, "lap")
    });
    for device in ["desk", "left"] {
        assert_eq!(last_seen(&seller, &license, device), since, "{device}");
    }
    let devices = seller.items(&format!("/v1/licenses/{license}/activations"));
    assert_eq!(devices.len(), 3, "a stranger stays one");
    // A sighting counts no version, so a heartbeat and a release go on as if nothing had been.
    stage.advance(Duration::from_mins(1));
    let heard = call(&stage, "/v1/heartbeat", &api_key, &of("lap")).expect(200);
    assert_eq!(heard["lastSeenAt"], now(&stage));
    stage.advance(Duration::from_secs(1));
    call(&stage, "/v1/deactivate", &api_key, &of("lap")).expect(200);
}

#[test]
fn a_device_of_a_license_that_is_not_good_is_not_seen() {
    let stage = Stage::new();
    let (seller, license, key, api_key) = sold(&stage);
    let of_device = json!({"key": key, "fingerprint": "lap"});
    call(&stage, "/v1/activate", &api_key, &of_device).expect(200);
    let since = now(&stage);
    let revoke = Request::post(format!("/v1/licenses/{license}/revoke"));
    seller.manage(revoke).expect(200);
    stage.advance(Duration::from_mins(1));
    let answer = call(&stage, "/v1/validate", &api_key, &of_device).expect(200);
    assert_eq!(answer["valid"], false);
    // Both go the same way to the store, so one that is there says that the other will not come.
    awaits("the key", &now(&stage), || last_use(&seller, &api_key));
    assert_eq!(last_seen(&seller, &license, "lap"), since);
}

#[test]
fn what_was_seen_is_written_down_before_the_server_ends() {
    let mut stage = Stage::new();
    let (seller, license, key, api_key) = sold(&stage);
    let of_device = json!({"key": key, "fingerprint": "lap"});
    call(&stage, "/v1/activate", &api_key, &of_device).expect(200);
    stage.advance(Duration::from_mins(1));
    call(&stage, "/v1/validate", &api_key, &of_device).expect(200);
    stage.restart(&[]);
    assert_eq!(last_use(&seller, &api_key), now(&stage));
    assert_eq!(last_seen(&seller, &license, "lap"), now(&stage));
}
