//! `POST /v1/activate`, `/v1/heartbeat`, `/v1/deactivate`, and a license's devices as its seller
//! sees them.

use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller with a license for three devices, and an app that calls with its key.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    license: Value,
    key: String,
    api_key: ApiKey,
    calls: AtomicI64,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::selling(stage, "acme");
        let (_, license) = seller.sell_one();
        Self {
            stage,
            key: seller.reveal(&license),
            api_key: seller.api_key("pro", "VALIDATE_ONLY", "sandbox"),
            seller,
            license,
            calls: AtomicI64::new(0),
        }
    }

    /// A call, signed at a millisecond of its own.
    fn signed(&self, path: &str, with: &ApiKey, body: &str) -> Request {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        let timestamp = (self.seller.now() * 1_000 + nth).to_string();
        signed_to(path, with, &timestamp, body)
    }

    fn send(&self, path: &str, body: &Value) -> Answer {
        let request = self.signed(path, &self.api_key, &body.to_string());
        self.stage.api.send(&request)
    }

    fn activate(&self, device: &str) -> Value {
        let body = json!({"key": self.key, "fingerprint": device});
        self.send("/v1/activate", &body).expect(200)
    }

    fn heartbeat(&self, device: &str) -> Value {
        let body = json!({"key": self.key, "fingerprint": device});
        self.send("/v1/heartbeat", &body).expect(200)
    }

    fn deactivate(&self, device: &str) -> Value {
        let body = json!({"key": self.key, "fingerprint": device});
        self.send("/v1/deactivate", &body).expect(200)
    }

    fn used(&self) -> Value {
        let body = json!({"key": self.key, "fingerprint": "asks-only"});
        let answer = self.send("/v1/validate", &body).expect(200);
        answer["activations"]["used"].clone()
    }

    fn path(&self) -> String {
        let id = self.license["id"].as_str().expect("an id");
        format!("/v1/licenses/{id}/activations")
    }

    fn devices(&self) -> Vec<Value> {
        self.seller.items(&self.path())
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn the_calls_of_the_page_are_answered_as_the_page_says() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let body = json!({
        "key": sold.key, "fingerprint": "mac-1", "hostname": "alices-mac", "os": "macOS 15",
        "metadata": {"version": "2.1"},
    });
    let answer = sold.send("/v1/activate", &body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let activated = answer.expect(200);
    let id = text(&activated["activationId"]);
    assert!(id.starts_with("act_"), "{activated}");
    let expected = json!({"valid": true, "activationId": id, "activations": {"used": 1, "max": 3}});
    assert_eq!(activated, expected);
    let since = sold.devices()[0]["firstSeenAt"].clone();

    stage.advance(Duration::from_mins(5));
    assert_eq!(sold.activate("mac-1"), expected, "again, and nothing more");
    stage.advance(Duration::from_mins(5));
    let heard = sold.heartbeat("mac-1");
    let seen = &heard["lastSeenAt"];
    assert_eq!(heard, json!({"ok": true, "lastSeenAt": seen}));
    assert_eq!(
        sold.devices(),
        [json!({
            "id": id,
            "licenseId": sold.license["id"],
            "active": true,
            "fingerprint": "mac-1",
            "hostname": "alices-mac",
            "os": "macOS 15",
            "metadata": {"version": "2.1"},
            "firstSeenAt": since,
            "lastSeenAt": seen,
            "releasedAt": null,
        })]
    );
    assert!(text(seen) > text(&since), "{seen} {since}");

    assert_eq!(sold.deactivate("mac-1"), json!({"deactivated": true}));
    assert_eq!(sold.deactivate("mac-1"), json!({"deactivated": false}));
    let silent = json!({"ok": false, "reason": "not_activated"});
    assert_eq!(sold.heartbeat("mac-1"), silent);
    assert_eq!(sold.activate("mac-1"), expected, "the same device");
    let by_id = json!({"key": sold.key, "activationId": id});
    for deactivated in [true, false] {
        let answer = sold.send("/v1/deactivate", &by_id).expect(200);
        assert_eq!(answer, json!({ "deactivated": deactivated }));
    }
}

#[test]
fn a_full_license_says_so_until_a_device_gives_its_slot_back() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for (used, device) in (1..).zip(["a", "b", "c"]) {
        let answer = sold.activate(device);
        assert_eq!(answer["activations"], json!({"used": used, "max": 3}));
    }
    let full = json!({
        "valid": false, "reason": "limit_reached", "activations": {"used": 3, "max": 3},
    });
    assert_eq!(sold.activate("d"), full);
    assert_eq!(sold.used(), 3);
    sold.deactivate("b");
    assert_eq!(sold.used(), 2, "and asking takes none");
    assert_eq!(sold.activate("d")["valid"], true);
    assert_eq!(sold.activate("b"), full);
}

#[test]
fn of_64_devices_at_once_one_gets_the_last_slot() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for device in ["a", "b"] {
        assert_eq!(sold.activate(device)["valid"], true);
    }
    let start = Barrier::new(64);
    let answers: Vec<Value> = thread::scope(|scope| {
        let devices: Vec<_> = (0..64)
            .map(|nth| {
                let (sold, start) = (&sold, &start);
                scope.spawn(move || {
                    start.wait();
                    sold.activate(&format!("racer-{nth}"))
                })
            })
            .collect();
        let devices = devices.into_iter();
        devices.map(|it| it.join().expect("an answer")).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it["valid"] == true);
    assert_eq!((won.len(), lost.len()), (1, 63));
    for answer in won.iter().chain(&lost) {
        assert_eq!(answer["activations"], json!({"used": 3, "max": 3}));
    }
    assert!(lost.iter().all(|it| it["reason"] == "limit_reached"));
    assert_eq!(sold.devices().len(), 3);
}

#[test]
fn one_device_that_activates_many_times_at_once_takes_one_slot() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let answers: Vec<Value> = thread::scope(|scope| {
        let calls: Vec<_> = (0..24)
            .map(|_| scope.spawn(|| sold.activate("mac-1")))
            .collect();
        let calls = calls.into_iter();
        calls.map(|it| it.join().expect("an answer")).collect()
    });
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(answers[0]["activations"]["used"], 1);
    assert_eq!(sold.devices().len(), 1);
}

#[test]
fn a_key_that_is_not_good_activates_nothing() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.activate("mac-1");
    let calls = |key: &str, reason: &str| {
        let body = json!({"key": key, "fingerprint": "mac-1"});
        let activated = sold.send("/v1/activate", &body).expect(200);
        assert_eq!(activated, json!({"valid": false, "reason": reason}));
        let heard = sold.send("/v1/heartbeat", &body).expect(200);
        assert_eq!(heard, json!({"ok": false, "reason": reason}));
        sold.send("/v1/deactivate", &body).expect(200)["deactivated"] == true
    };
    assert!(!calls("ACME-0000-0000-0000-0000", "not_found"));
    assert!(!calls("no key at all", "not_found"));
    let revoke = sold.path().replace("/activations", "/revoke");
    sold.seller.manage(Request::post(revoke)).expect(200);
    assert!(calls(&sold.key, "revoked"), "what it has it gives back");
    let live = sold.seller.api_key("pro", "FULL", "live");
    let body = json!({"key": sold.key, "fingerprint": "mac-1"}).to_string();
    let foreign = sold.signed("/v1/activate", &live, &body);
    let answer = stage.api.send(&foreign).expect(200);
    assert_eq!(answer, json!({"valid": false, "reason": "not_found"}));
}

#[test]
fn a_wrong_check_symbol_is_told_without_a_look() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.seller.product("checked", "checked");
    let api_key = sold.seller.api_key("checked", "FULL", "sandbox");
    let body = json!({"key": "ACME-00000-00000-00000-00000-0000", "fingerprint": "a"}).to_string();
    for (path, answer) in [
        ("activate", json!({"valid": false, "reason": "checksum"})),
        ("heartbeat", json!({"ok": false, "reason": "checksum"})),
        ("deactivate", json!({"deactivated": false})),
    ] {
        let request = sold.signed(&format!("/v1/{path}"), &api_key, &body);
        assert_eq!(stage.api.send(&request).expect(200), answer, "{path}");
    }
}

#[test]
fn a_field_that_is_not_valid_is_told_by_its_path() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let many: Map<String, Value> = (0..51).map(|n| (format!("k{n}"), Value::Null)).collect();
    let all = ["/v1/activate", "/v1/heartbeat", "/v1/deactivate"];
    let activate = &all[..1];
    for (paths, field, value) in [
        (&all[..], "key", Value::Null),
        (&all, "key", json!("")),
        (&all, "key", json!(7)),
        (&all, "key", json!("k".repeat(257))),
        (&all, "fingerprint", Value::Null),
        (&all, "fingerprint", json!("")),
        (&all, "fingerprint", json!(["a"])),
        (&all, "fingerprint", json!("é".repeat(129))),
        (&all, "fingerprint", json!("a\u{0}")),
        (&all[2..], "activationId", json!("lic_1")),
        (&all[2..], "activationId", json!("act_1")),
        (activate, "hostname", json!(1)),
        (activate, "hostname", json!("x".repeat(256))),
        (activate, "hostname", json!("nul\u{0}")),
        (activate, "os", json!({})),
        (activate, "os", json!("x".repeat(256))),
        (activate, "metadata", json!("x")),
        (activate, "metadata", json!(many)),
        (activate, "metadata", json!({"k": "x".repeat(16 * 1024)})),
    ] {
        for path in paths {
            let mut body = json!({"key": sold.key, "fingerprint": "mac-1"});
            body[field] = value.clone();
            let answer = sold.send(path, &body);
            let invalid = (400, "validation/invalid-input".to_owned());
            assert_eq!(answer.error(), invalid, "{path} {field}: {value}");
            let told = answer.bad_fields();
            assert!(told.contains(&field.to_owned()), "{path} {field}: {told:?}");
        }
    }
    assert_eq!(sold.devices(), Vec::<Value>::new());
}

#[test]
fn who_may_not_call_is_told_so_and_a_signature_is_good_once() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let body = json!({"key": sold.key, "fingerprint": "mac-1"}).to_string();
    for path in ["/v1/activate", "/v1/heartbeat", "/v1/deactivate"] {
        for (scope, status) in [
            ("FULL", 200),
            ("VALIDATE_ONLY", 200),
            ("ISSUE_ONLY", 403),
            ("READ_ONLY", 403),
        ] {
            let api_key = sold.seller.api_key("pro", scope, "sandbox");
            let request = sold.signed(path, &api_key, &body);
            let answer = stage.api.send(&request);
            assert_eq!(answer.status, status, "{path} {scope}");
            if status == 200 {
                let replayed = stage.api.send(&request).error();
                assert_eq!(replayed, (401, "api/timestamp-replay".into()), "{path}");
            }
        }
        let unsigned = Request::post(path).body("application/json", body.as_str());
        let answer = stage.api.send(&unsigned);
        assert_eq!(answer.error(), (401, "api/key-invalid".into()), "{path}");
    }
}

#[test]
fn a_seller_lists_devices_and_releases_one() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for device in ["a", "b", "c"] {
        stage.advance(Duration::from_secs(1));
        sold.activate(device);
    }
    let first = sold.seller.get(&format!("{}?limit=2", sold.path()));
    let named = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().expect("items").iter();
        items.map(|it| it["fingerprint"].clone()).collect()
    };
    assert_eq!(named(&first), ["c", "b"]);
    let next = text(&first["nextCursor"]);
    let rest = sold
        .seller
        .get(&format!("{}?limit=2&cursor={next}", sold.path()));
    assert_eq!(
        (named(&rest), &rest["nextCursor"]),
        (vec![json!("a")], &Value::Null)
    );

    let id = text(&rest["items"][0]["id"]).to_owned();
    let release = Request::post(format!("{}/{id}/release", sold.path()));
    let released = sold.seller.manage(release.clone()).expect(200);
    assert_eq!(released["active"], false);
    assert_eq!(released, sold.devices()[2]);
    assert_eq!(sold.used(), 2);
    let again = sold.seller.manage(release.clone()).error();
    assert_eq!(again, (409, "activation/already-released".into()));
    let audit: Vec<String> = stage
        .audit("acme", &id)
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(audit, ["activation.released"]);

    let stranger = Seller::new(&stage, "other");
    assert_eq!(
        stranger.manage(release).error(),
        (404, "common/not-found".into())
    );
    for path in [
        sold.path(),
        "/v1/licenses/lic_none/activations".to_owned(),
        "/v1/licenses/none/activations".to_owned(),
    ] {
        let answer = stranger.manage(Request::get(path.as_str()));
        assert_eq!(answer.error(), (404, "common/not-found".into()), "{path}");
    }
    for unknown in ["act_none", "none"] {
        let request = Request::post(format!("{}/{unknown}/release", sold.path()));
        let answer = sold.seller.manage(request);
        assert_eq!(
            answer.error(),
            (404, "common/not-found".into()),
            "{unknown}"
        );
    }
}
