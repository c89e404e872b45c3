//! An app with a publishable key manages its own device: the one whose license key and fingerprint it
//! presents.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Request, Seller, Stage};

/// The calls of a device about its own activation.
const CALLS: [&str; 2] = ["/v1/heartbeat", "/v1/deactivate"];

/// A seller with a license of `pro` that is active on two devices.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    license: String,
    key: String,
    publishable: String,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::selling(stage, "acme");
        let (_, license) = seller.sell_one();
        let sold = Self {
            stage,
            license: license["id"].as_str().expect("an id").to_owned(),
            key: seller.reveal(&license),
            publishable: seller.publishable_key("pro", "sandbox"),
            seller,
        };
        for device in ["laptop", "tower"] {
            let activated = sold.call("/v1/activate", device).expect(200);
            assert_eq!(activated["valid"], true);
        }
        sold
    }

    fn with(&self, id: &str, path: &str, body: &Value) -> Answer {
        self.stage
            .api
            .send(&Request::post(path).bearer(id).json(body))
    }

    fn call(&self, path: &str, fingerprint: &str) -> Answer {
        let body = json!({"key": self.key, "fingerprint": fingerprint});
        self.with(&self.publishable, path, &body)
    }

    fn activations(&self) -> Vec<Value> {
        let path = format!("/v1/licenses/{}/activations", self.license);
        self.seller.items(&path)
    }

    fn active(&self) -> usize {
        let is_active = |it: &&Value| it["releasedAt"].is_null();
        self.activations().iter().filter(is_active).count()
    }
}

#[test]
fn an_app_reports_its_device_and_ends_its_activation_without_a_secret() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    stage.advance(Duration::from_mins(1));
    let heard = sold.call("/v1/heartbeat", "laptop");
    assert_eq!(heard.header("cache-control"), Some("no-store"));
    assert_eq!(heard.expect(200)["ok"], true);
    for deactivated in [true, false] {
        let ended = sold.call("/v1/deactivate", "laptop").expect(200);
        assert_eq!(ended, json!({ "deactivated": deactivated }));
    }
    let heard = sold.call("/v1/heartbeat", "laptop").expect(200);
    assert_eq!(heard["ok"], false);
    assert_eq!(heard["reason"], "not_activated");
    assert_eq!(sold.active(), 1, "the other device goes on");
    let again = sold.call("/v1/activate", "laptop").expect(200);
    assert_eq!(again["activations"], json!({"used": 2, "max": 3}));
}

#[test]
fn a_wrong_key_or_fingerprint_ends_nothing_and_reveals_nothing() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let other_key = json!({"key": "ACME-0000-0000-0000-0000", "fingerprint": "laptop"});
    let other_device = json!({"key": sold.key, "fingerprint": "phone"});
    for (body, reason) in [(other_key, "not_found"), (other_device, "not_activated")] {
        let heard = sold.with(&sold.publishable, "/v1/heartbeat", &body);
        let heard = heard.expect(200);
        assert_eq!(
            (&heard["ok"], &heard["reason"]),
            (&false.into(), &reason.into())
        );
        let ended = sold.with(&sold.publishable, "/v1/deactivate", &body);
        assert_eq!(ended.expect(200), json!({"deactivated": false}));
    }
    assert_eq!(sold.active(), 2);
}

#[test]
fn a_key_of_another_product_mode_or_tenant_ends_nothing() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.seller.product("other", "classic");
    let other = Seller::new(&stage, "other");
    other.product("pro", "classic");
    let body = json!({"key": sold.key, "fingerprint": "laptop"});
    for (why, id) in [
        ("mode", sold.seller.publishable_key("pro", "live")),
        ("product", sold.seller.publishable_key("other", "sandbox")),
        ("tenant", other.publishable_key("pro", "sandbox")),
    ] {
        let heard = sold.with(&id, "/v1/heartbeat", &body).expect(200);
        assert_eq!(heard["reason"], "not_found", "another {why}");
        let ended = sold.with(&id, "/v1/deactivate", &body).expect(200);
        assert_eq!(ended, json!({"deactivated": false}), "another {why}");
    }
    assert_eq!(sold.active(), 2);
}

#[test]
fn an_activation_is_not_ended_by_its_id_whoever_knows_it() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for activation in sold.activations() {
        let body = json!({"key": sold.key, "activationId": activation["id"]});
        let refused = sold.with(&sold.publishable, "/v1/deactivate", &body);
        assert_eq!(refused.error(), (403, "authz/role-insufficient".into()));
    }
    assert_eq!(sold.active(), 2);
}

#[test]
fn a_body_without_a_fingerprint_or_a_key_is_refused_by_name() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for path in CALLS {
        for (body, field) in [
            (json!({"key": sold.key}), "fingerprint"),
            (json!({"fingerprint": "laptop"}), "key"),
        ] {
            let refused = sold.with(&sold.publishable, path, &body);
            assert_eq!(refused.error(), (400, "validation/invalid-input".into()));
            assert_eq!(refused.bad_fields(), [field], "{path}");
        }
        let revoked = Request::post(path).bearer("pub_test_0000");
        let refused = stage.api.send(&revoked.json(&json!({})));
        assert_eq!(refused.error(), (401, "api/key-invalid".into()), "{path}");
    }
}

#[test]
fn calls_of_a_device_count_by_license_and_by_address() {
    for (rates, by) in [
        ("license=4", "\"license\";q=4;w=60"),
        ("address=4", "\"address\";q=4;w=60"),
    ] {
        let stage = Stage::with(&[("MINTAGE_RATES", rates)]);
        // Two of the four calls activate the devices.
        let sold = Sold::new(&stage);
        for path in CALLS {
            sold.call(path, "laptop").expect(200);
        }
        for path in CALLS {
            let refused = sold.call(path, "tower");
            assert_eq!(refused.error(), (429, "common/rate-limited".into()));
            assert_eq!(refused.header("ratelimit-policy"), Some(by), "{path}");
        }
        assert_eq!(sold.active(), 1, "{rates}");
    }
}
