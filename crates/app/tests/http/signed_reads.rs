//! Licenses are read by API keys, too: each key sees those of its product and mode.

use std::sync::atomic::{AtomicI64, Ordering};

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::sign::{over_lines, over_time_dot_body};
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller of two products, with a license of each in both modes.
struct Library<'a> {
    stage: &'a Stage,
    seller: Seller,
    calls: AtomicI64,
}

impl<'a> Library<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::of(stage, "acme", stage.tenant("acme", Plan::Pro));
        for product in ["pro", "lite"] {
            seller.product(product, "classic");
            seller.key_type(product, "lifetime", None);
        }
        let calls = AtomicI64::new(0);
        Self {
            stage,
            seller,
            calls,
        }
    }

    /// A millisecond that no other call is signed at.
    fn moment(&self) -> String {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        (self.seller.now() * 1_000 + nth).to_string()
    }

    /// Issues a license; returns its id.
    fn issue(&self, product: &str, mode: &str) -> Value {
        let key = self.seller.api_key(product, "ISSUE_ONLY", mode);
        let wish = json!({"planCode": "lifetime", "customer": {"email": "a@b.test"}});
        let call = signed_to("/v1/issue", &key, &self.moment(), wish.to_string());
        self.stage.api.send(&call).expect(200)["id"].clone()
    }

    fn read(&self, key: &ApiKey, path: &str) -> Answer {
        self.stage.api.send(&signed(path, key, &self.moment()))
    }
}

/// A `GET` without a body, signed by version 1.
fn signed(path: &str, with: &ApiKey, timestamp: &str) -> Request {
    Request::get(path)
        .bearer(&with.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header(
            "X-KeyStack-Signature",
            over_time_dot_body(&with.secret, timestamp, b""),
        )
}

/// The same of `sent`, signed by version 2 as if it were of `meant`.
fn signed_by_lines(sent: &str, meant: &str, with: &ApiKey, timestamp: &str) -> Request {
    let nonce = format!("a-nonce-of-{timestamp}");
    let lines = ["v2", timestamp, &nonce, "GET", meant];
    Request::get(sent)
        .bearer(&with.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header("X-KeyStack-Nonce", &nonce)
        .header(
            "X-KeyStack-Signature",
            over_lines(&with.secret, &lines, b""),
        )
}

fn ids(answer: &Answer) -> Vec<Value> {
    let page = answer.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|license| license["id"].clone()).collect()
}

#[test]
fn a_key_that_may_list_sees_the_licenses_of_its_product_and_mode_and_no_other() {
    let stage = Stage::silent(&[]);
    let library = Library::new(&stage);
    let [live, sandbox, other] = [("pro", "live"), ("pro", "sandbox"), ("lite", "live")]
        .map(|(product, mode)| library.issue(product, mode));
    for scope in ["READ_ONLY", "FULL"] {
        let key = library.seller.api_key("pro", scope, "live");
        for (query, found) in [
            ("", vec![live.clone()]),
            ("?product=pro&mode=live&status=ACTIVE", vec![live.clone()]),
            ("?mode=sandbox", vec![]),
            ("?product=lite", vec![]),
            ("?status=REVOKED", vec![]),
        ] {
            let listed = library.read(&key, &format!("/v1/licenses{query}"));
            assert_eq!(ids(&listed), found, "{scope} {query}");
        }
        for (id, status) in [(&live, 200), (&sandbox, 404), (&other, 404)] {
            let id = id.as_str().expect("an id");
            for path in [
                format!("/v1/licenses/{id}"),
                format!("/v1/licenses/{id}/activations"),
            ] {
                assert_eq!(library.read(&key, &path).status, status, "{scope} {path}");
            }
        }
    }
    let all = library.seller.items("/v1/licenses?mode=live");
    assert_eq!(all.len(), 2, "a token sees all products: {all:?}");
}

#[test]
fn a_key_that_may_not_list_or_does_not_sign_sees_nothing() {
    let stage = Stage::silent(&[]);
    let library = Library::new(&stage);
    for scope in ["ISSUE_ONLY", "VALIDATE_ONLY"] {
        let key = library.seller.api_key("pro", scope, "live");
        let refused = (403, "authz/role-insufficient".to_owned());
        assert_eq!(library.read(&key, "/v1/licenses").error(), refused);
    }
    let key = library.seller.api_key("pro", "READ_ONLY", "live");
    let unsigned = Request::get("/v1/licenses").bearer(&key.id);
    let refused = (401, "api/signature-invalid".to_owned());
    assert_eq!(stage.api.send(&unsigned).error(), refused);
    let call = signed("/v1/licenses", &key, &library.moment());
    stage.api.send(&call).expect(200);
    let used = (401, "api/timestamp-replay".to_owned());
    assert_eq!(stage.api.send(&call).error(), used);
    for path in ["/v1/customers", "/v1/orders", "/v1/api-keys", "/v1/audit"] {
        let refused = (401, "api/key-invalid".to_owned());
        assert_eq!(library.read(&key, path).error(), refused, "{path}");
    }
}

#[test]
fn a_signature_of_version_2_is_over_the_query_as_well() {
    let stage = Stage::silent(&[]);
    let library = Library::new(&stage);
    let id = library.issue("pro", "live");
    let wish = json!({
        "productId": "pro", "scope": "READ_ONLY", "mode": "live", "signatureVersion": 2,
    });
    let key = library.seller.api_key_of(&wish);
    let listed = "/v1/licenses?status=ACTIVE";
    let call = signed_by_lines(listed, listed, &key, &library.moment());
    assert_eq!(ids(&stage.api.send(&call)), [id]);
    let moved = signed_by_lines("/v1/licenses", listed, &key, &library.moment());
    let refused = (401, "api/signature-invalid".to_owned());
    assert_eq!(stage.api.send(&moved).error(), refused);
}
