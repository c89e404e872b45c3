//! A misspelt field or query parameter is refused by name, on every call but those of SDKs.

use serde_json::{Value, json};

use crate::harness::{Request, Seller, Stage};

/// The calls that applications make by SDKs.
const OPEN: [&str; 4] = [
    "/v1/validate",
    "/v1/activate",
    "/v1/heartbeat",
    "/v1/deactivate",
];

/// Each described call that has a credential: its method, its path and its description.
fn calls(stage: &Stage) -> Vec<(String, String, Value)> {
    let document = stage.api.send(&Request::get("/openapi.json")).expect(200);
    let paths = document["paths"].as_object().expect("paths");
    let mut calls = Vec::new();
    for (path, item) in paths {
        for (method, call) in item.as_object().expect("methods") {
            let security = call["security"].as_array();
            if security.is_some_and(|all| !all.is_empty()) && !OPEN.contains(&path.as_str()) {
                calls.push((method.to_uppercase(), path.clone(), call.clone()));
            }
        }
    }
    calls
}

/// A method as the harness wants it.
fn method(name: &str) -> &'static str {
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    known.into_iter().find(|it| *it == name).expect("a method")
}

#[test]
fn every_call_refuses_a_query_parameter_that_it_does_not_have() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let calls = calls(&stage);
    assert!(calls.len() > 40, "{}", calls.len());
    for (name, path, _) in calls {
        let path = path.replace(['{', '}'], "");
        let request = Request::new(method(&name), format!("{path}?limits=1&cursr="));
        let answer = seller.manage(request);
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{name} {path}"
        );
        assert_eq!(answer.bad_fields(), ["limits", "cursr"], "{name} {path}");
    }
    let answer = seller.manage(Request::get("/v1/licenses?statsu=ACTIVE"));
    let message = answer.json()["error"]["details"][0]["message"].clone();
    assert_eq!(message, "is not known; did you mean status?");
}

#[test]
fn every_management_call_refuses_a_field_that_it_does_not_have() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    for (name, path, call) in calls(&stage) {
        let takes_body = call["requestBody"].is_object();
        let is_managed = call["security"][0]["managementToken"].is_array();
        if !takes_body || !is_managed {
            continue;
        }
        let id = if path.contains("api-keys") {
            "ak_live_1"
        } else if path.contains("webhook-endpoints") {
            "we_1"
        } else if path.contains("promotion-codes") {
            "pc_1"
        } else if path.contains("products") {
            "pro"
        } else if path.contains("orders") {
            "ord_1"
        } else {
            "lic_1"
        };
        let path = path.replace("{id}", id).replace(['{', '}'], "");
        let path = path.to_lowercase();
        let request = Request::new(method(&name), &path).json(&json!({"displayNme": 1}));
        let answer = seller.manage(request);
        assert_eq!(answer.status, 400, "{name} {path}");
        let fields = answer.bad_fields();
        assert!(
            fields.contains(&"displayNme".to_owned()),
            "{name} {path}: {fields:?}"
        );
    }
    let body = json!({"productId": "pro", "displayNme": "Pro", "keyPrefix": "PRO"});
    let answer = seller.post("/v1/products", &body);
    let details = answer.json()["error"]["details"].clone();
    let of = |path: &str| {
        let all = details.as_array().expect("details").iter();
        all.clone().find(|it| it["path"] == path).expect("a detail")["message"].clone()
    };
    assert_eq!(of("displayNme"), "is not known; did you mean displayName?");
    assert_eq!(of("displayName"), "is required");
}

#[test]
fn a_webhook_without_a_url_in_the_body_stays_as_it_is() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let put = |body: &Value| seller.manage(Request::new("PUT", "/v1/webhook").json(body));
    assert_eq!(put(&json!({})).expect(200)["url"], Value::Null);
    let url = json!("https://shop.test/hook");
    put(&json!({ "url": url })).expect(200);
    let before = seller.get("/v1/webhook");
    assert_eq!(put(&json!({})).expect(200)["url"], url);
    assert_eq!(put(&json!({"ulr": "https://x.test"})).bad_fields(), ["ulr"]);
    assert_eq!(seller.get("/v1/webhook"), before);
    assert_eq!(put(&json!({"url": null})).expect(200)["url"], Value::Null);
}

#[test]
fn head_answers_as_get_does_without_a_body() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    for path in [
        "/v1/products",
        "/v1/licenses",
        "/healthz",
        "/openapi.json",
        "/docs",
    ] {
        let get = seller.manage(Request::get(path));
        let head = seller.manage(Request::new("HEAD", path));
        assert_eq!((head.status, head.text()), (get.status, ""), "{path}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
    }
    assert_eq!(
        seller
            .manage(Request::new("HEAD", "/v1/products/no"))
            .status,
        404
    );
    assert_eq!(seller.manage(Request::new("HEAD", "/v1/issue")).status, 405);
    let round = stage
        .api
        .send(&Request::new("HEAD", "/stripe/callback?code=a&state=b"));
    assert_eq!(
        round.status, 405,
        "a link preview takes no step of connecting"
    );
}
