//! Whatever is thrown at the signed routes, each call is answered, and no answer is a 5xx.
//!
//! A few seconds in an ordinary run; `scripts/fuzz` goes on for as long as it is told.

use std::time::{Duration, Instant};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Request, Seller, Stage};

/// How long it goes on by itself.
const SECONDS: u64 = 3;

const ROUTES: [&str; 5] = [
    "/v1/issue",
    "/v1/validate",
    "/v1/activate",
    "/v1/heartbeat",
    "/v1/deactivate",
];

/// One call to make.
#[derive(Debug, Clone)]
struct Call {
    route: &'static str,
    body: Vec<u8>,
    /// What takes the place of the right timestamp and signature.
    forged: Option<(String, String)>,
    repeatable: Option<String>,
}

#[test]
fn no_body_and_no_header_brings_the_signed_routes_down() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime-pro", None);
    let api_key = seller.api_key("pro", "FULL", "live");
    let wish = json!({"planCode": "lifetime-pro", "customer": {"email": "a@b.test"}});
    let stamp = seller.now().to_string();
    let issued = stage
        .api
        .send(&signed_to("/v1/issue", &api_key, &stamp, wish.to_string()));
    let key = issued.expect(200)["key"]
        .as_str()
        .expect("a key")
        .to_owned();

    let started = Instant::now();
    while started.elapsed() < budget() {
        let config = Config {
            cases: 64,
            failure_persistence: None,
            ..Config::default()
        };
        let batch = TestRunner::new(config).run(&calls(&key), |call| {
            let answer = stage.api.send(&request(&stage, &seller, &api_key, &call));
            prop_assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
            prop_assert!(answer.json().is_object());
            Ok(())
        });
        batch.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a test takes is no setting of the server"
)]
fn budget() -> Duration {
    let asked = std::env::var("MINTAGE_FUZZ_SECONDS").ok();
    let seconds = asked.map_or(SECONDS, |text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds)
}

/// The clock moves on a little, so that no two calls share a timestamp and no rate is used up.
fn request(stage: &Stage, seller: &Seller, api_key: &ApiKey, call: &Call) -> Request {
    let now = stage.clock.advance(Duration::from_millis(50));
    let millis = now.as_micros().div_euclid(1_000).to_string();
    let body = call.body.clone();
    let request = match &call.forged {
        None => signed_to(call.route, api_key, &millis, body),
        Some((timestamp, signature)) => Request::post(call.route)
            .bearer(&seller.id)
            .header("X-KeyStack-Timestamp", timestamp)
            .header("X-KeyStack-Signature", signature)
            .body("application/json", body),
    };
    match &call.repeatable {
        Some(key) => request.header("Idempotency-Key", key),
        None => request,
    }
}

fn calls(key: &str) -> impl Strategy<Value = Call> + use<> {
    // With a control character it would not be HTTP, and never reach a route.
    let header = "[\\t -~\u{a1}-\u{2ff}]{0,80}";
    let forged = prop_oneof![(header, header), ("[0-9]{0,25}", "[0-9a-fA-F]{0,70}"),];
    (
        select(&ROUTES),
        bodies(key),
        prop::option::weighted(0.1, forged),
        prop::option::weighted(0.2, "[ -~]{0,300}"),
    )
        .prop_map(|(route, body, forged, repeatable)| Call {
            route,
            body,
            forged,
            repeatable,
        })
}

/// Bodies from well-formed to noise.
fn bodies(key: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let bitten =
        (spoilt(key), vec((any::<Index>(), any::<u8>()), 1..8)).prop_map(|(mut body, bites)| {
            for (at, byte) in bites {
                let at = at.index(body.len());
                body[at] = byte;
            }
            body
        });
    prop_oneof![
        6 => spoilt(key),
        3 => bitten,
        1 => junk().prop_map(|junk| junk.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..2_000),
        1 => (1..200_000_usize).prop_map(|deep| "[".repeat(deep).into_bytes()),
    ]
}

/// A good body with one value in it replaced.
fn spoilt(key: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds = Union::new(seeds(key).map(Just));
    (seeds, any::<Index>(), junk()).prop_map(|(mut seed, at, junk)| {
        let places = count(&seed);
        replace(&mut seed, &mut at.index(places), junk);
        seed.to_string().into_bytes()
    })
}

/// What the routes are made for.
fn seeds(key: &str) -> [Value; 3] {
    [
        json!({
            "planCode": "lifetime-pro",
            "customer": {
                "email": "alice@example.com",
                "name": "Alice Smith",
                "externalId": "stripe_cust_abc",
                "metadata": {"vip": true},
            },
            "duration": "30d",
            "maxActivations": 3,
            "notes": "Black Friday order",
            "metadata": {"campaign": "launch-2026"},
        }),
        json!({
            "key": key,
            "fingerprint": "a-machine",
            "hostname": "studio",
            "os": "linux",
            "metadata": {"rack": 7},
        }),
        json!({"key": key, "activationId": "act_01hzy"}),
    ]
}

/// Any JSON, with a liking for what is at the edge.
fn junk() -> impl Strategy<Value = Value> {
    let edges = [
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.1),
        json!(""),
        json!("\0"),
        json!("a\r\nb"),
        json!("36500d"),
        json!("9999-12-31T23:59:59.999999999Z"),
        json!("-0001-01-01"),
        json!("a".repeat(70_000)),
    ];
    let leaf = prop_oneof![
        select(edges.to_vec()),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9]{1,20}d".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]{0,20}".prop_map(Value::from),
        "[A-Za-z0-9 -]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(".{0,12}", inner, 0..6)
                .prop_map(|object| Value::Object(object.into_iter().collect())),
        ]
    })
}

/// How many values a value is made of, itself included.
fn count(value: &Value) -> usize {
    let inner: usize = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    };
    1 + inner
}

/// Puts `junk` in the place of the `nth` value of which a value is made; `nth` counts down.
fn replace(value: &mut Value, nth: &mut usize, junk: Value) -> Option<Value> {
    if *nth == 0 {
        *value = junk;
        return None;
    }
    *nth -= 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(object) => object.values_mut().collect(),
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .try_fold(junk, |junk, value| replace(value, nth, junk))
}
