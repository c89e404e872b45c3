//! CORS: pages may call the routes that publishable keys are for.

use serde_json::json;

use crate::harness::{Answer, Request, Seller, Stage};

const OPEN: [&str; 4] = [
    "/v1/validate",
    "/v1/activate",
    "/v1/heartbeat",
    "/v1/deactivate",
];

/// The headers of an answer that concern pages of other origins.
fn cors(answer: &Answer) -> Vec<(&'static str, &str)> {
    [
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-max-age",
        "access-control-expose-headers",
        "access-control-allow-credentials",
    ]
    .into_iter()
    .filter_map(|name| Some((name, answer.header(name)?)))
    .collect()
}

/// What a browser asks before a page's call.
fn preflight(path: &str) -> Request {
    Request::new("OPTIONS", path)
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "authorization,content-type",
        )
}

fn readable() -> Vec<(&'static str, &'static str)> {
    vec![
        ("access-control-allow-origin", "*"),
        (
            "access-control-expose-headers",
            "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy",
        ),
    ]
}

#[test]
fn a_browser_may_call_what_publishable_keys_are_for() {
    let stage = Stage::silent(&[]);
    for path in OPEN {
        let answer = stage.api.send(&preflight(path));
        assert_eq!((answer.status, answer.text()), (204, ""));
        let expected = [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "POST"),
            (
                "access-control-allow-headers",
                "authorization, content-type",
            ),
            ("access-control-max-age", "86400"),
        ];
        assert_eq!(cors(&answer), expected, "{path}");
    }
}

#[test]
fn a_page_reads_every_answer_whether_good_or_not() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let key = seller.publishable_key("pro", "live");
    let signing = seller.api_key("pro", "ISSUE_ONLY", "live");
    let body = json!({"key": "ACME-0000-0000-0000-0000", "fingerprint": "a"});
    for path in OPEN {
        let call = || Request::post(path).header("Origin", "https://app.example");
        for (status, call) in [
            (200, call().bearer(&key).json(&body)),
            (400, call().bearer(&key).json(&json!({}))),
            (401, call().json(&body)),
            (401, call().bearer("pub_live_0").json(&body)),
            (401, call().bearer(&signing.id).json(&body)),
            (405, Request::get(path).bearer(&key)),
            (
                413,
                call()
                    .bearer(&key)
                    .body("application/json", vec![b' '; 1_048_577]),
            ),
            (415, call().bearer(&key).body("text/plain", "{}")),
        ] {
            let answer = stage.api.send(&call);
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert_eq!(cors(&answer), readable(), "{path}: {status}");
        }
    }
}

#[test]
fn no_other_route_is_open_to_pages() {
    let stage = Stage::silent(&[]);
    for path in [
        "/v1/issue",
        "/v1/licenses",
        "/v1/api-keys",
        "/api/acme/checkout",
    ] {
        let asked = stage.api.send(&preflight(path));
        let expected = (405, "common/method-not-allowed".to_owned());
        assert_eq!(asked.error(), expected, "{path}");
        let called = Request::post(path).header("Origin", "https://app.example");
        let called = stage.api.send(&called.json(&json!({})));
        for answer in [asked, called] {
            assert_eq!(cors(&answer), [], "{path}");
        }
    }
}
