//! What one server changes the next call on another knows.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cluster::{Cluster, now, validate};
use crate::harness::Request;
use crate::harness::seller::signed;

#[test]
fn what_one_server_revokes_the_next_validate_on_another_refuses() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let ask = |node: usize, device: &str| {
        let call = validate(&api_key, &key, device);
        cluster.nodes[node].api.send(&call).expect(200)
    };
    // Both have seen it valid, so whatever they keep of it they keep now.
    assert_eq!(ask(0, "laptop")["valid"], true);
    assert_eq!(ask(1, "desktop")["valid"], true);
    let revoke = Request::post(format!("/v1/licenses/{license}/revoke"));
    assert_eq!(cluster.manage(0, revoke).status, 200);
    let answer = ask(1, "phone");
    assert_eq!(
        (&answer["valid"], &answer["status"]),
        (&json!(false), &json!("REVOKED"))
    );
}

#[test]
fn what_one_server_freezes_or_thaws_the_next_validate_on_another_knows() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let devices = std::cell::Cell::new(0);
    // Each question is a call of its own.
    let ask = |node: usize| {
        let device = devices.replace(devices.get() + 1);
        let call = validate(&api_key, &key, &format!("device-{device}"));
        let answer = cluster.nodes[node].api.send(&call).expect(200);
        (answer["valid"].clone(), answer["reason"].clone())
    };
    let command = |node: usize, command: &str| {
        let call = Request::post(format!("/v1/licenses/{license}/{command}"));
        cluster.manage(node, call)
    };
    let (good, frozen) = ((json!(true), Value::Null), (json!(false), json!("frozen")));
    // Both have seen it valid, so whatever they keep of it they keep now.
    assert_eq!([ask(0), ask(1)], [good.clone(), good.clone()]);
    assert_eq!(command(0, "freeze").status, 200);
    assert_eq!([ask(0), ask(1)], [frozen.clone(), frozen]);
    let again = command(1, "freeze").error();
    assert_eq!(again, (409, "license/already-frozen".to_owned()));
    assert_eq!(command(1, "thaw").status, 200);
    assert_eq!([ask(0), ask(1)], [good.clone(), good]);
}

#[test]
fn a_key_that_one_server_revokes_is_refused_there_at_once_and_on_another_within_five_seconds() {
    let cluster = Cluster::of_two();
    let api_key = cluster.api_key();
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let at = now() * 1_000;
    let call = |node: usize, nth: i64| {
        let call = signed(&api_key, &(at + nth).to_string(), &body);
        cluster.nodes[node].api.send(&call)
    };
    // Both have seen it good, so whatever they keep of it they keep now.
    assert_eq!((call(0, 0).status, call(1, 1).status), (200, 200));
    let revoke = Request::post(format!("/v1/api-keys/{}/revoke", api_key.id));
    assert_eq!(cluster.manage(0, revoke).status, 200);
    let revoked = Instant::now();
    let refused = (401, "api/key-invalid".to_owned());
    assert_eq!(call(0, 2).error(), refused);
    let mut nth = 3;
    while call(1, nth).status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(6));
        thread::sleep(Duration::from_millis(100));
        nth += 1;
    }
    assert_eq!(call(1, nth + 1).error(), refused);
}
