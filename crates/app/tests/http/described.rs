//! What the server says of itself, asked of a running one.

use crate::harness::{Request, Stage};
use serde_json::Value;

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];

#[test]
fn the_description_is_served_as_it_is_printed() {
    let stage = Stage::new();
    let answer = stage.api.send(&Request::get("/openapi.json"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.text(), mintage::openapi::json());
}

#[test]
fn every_described_call_is_there_and_no_other() {
    let stage = Stage::new();
    let document: Value = serde_json::from_str(mintage::openapi::json()).expect("JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        // A placeholder's own form does not matter: who calls is asked first.
        let place = path.replace(['{', '}'], "");
        for method in METHODS {
            let request = Request::new(method, &place).body("application/json", "{}");
            let code = stage.api.send(&request).error().1;
            let described = item.get(method.to_ascii_lowercase()).is_some();
            assert_eq!(
                code != "common/method-not-allowed",
                described,
                "{method} {path}: {code}"
            );
        }
    }
}
