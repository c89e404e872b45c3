//! A signature or a nonce that one server has answered is used up on all, and a call is answered once.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::cluster::{Cluster, now, together, validate};
use crate::harness::seller::{ApiKey, signed_by_lines, signed_to};
use crate::harness::{Answer, Request};

#[test]
fn a_signed_call_that_one_server_has_answered_is_a_replay_on_another() {
    let cluster = Cluster::of_two();
    let (_, key) = cluster.sell();
    let api_key = cluster.api_key();
    for (first, second, device) in [(0, 1, "laptop"), (1, 0, "desktop")] {
        let call = validate(&api_key, &key, device);
        let [first, second] =
            [first, second].map(|node: usize| cluster.nodes[node].api.send(&call));
        assert_eq!(first.expect(200)["valid"], true);
        assert_eq!(second.error(), (401, "api/timestamp-replay".to_owned()));
    }
}

/// A key that signs by version 2.
fn by_lines(cluster: &Cluster) -> ApiKey {
    let wish = json!({
        "productId": "pro", "scope": "FULL", "mode": "sandbox", "signatureVersion": 2,
    });
    cluster.api_key_of(&wish)
}

#[test]
fn a_call_of_version_2_is_good_once_on_all_servers_and_for_its_own_route_alone() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = by_lines(&cluster);
    let body = json!({ "key": key, "fingerprint": "laptop" }).to_string();
    let call = |target: &str, nonce: &str| {
        let of = (now().to_string(), format!("{nonce}-of-this-test"));
        signed_by_lines(target, &api_key, (&of.0, &of.1), &body)
    };
    let send = |node: usize, call: &Request| cluster.nodes[node].api.send(call);
    let replay = (401, "api/timestamp-replay".to_owned());
    let mismatch = (401, "api/signature-invalid".to_owned());
    for (target, first, second) in [("/v1/validate", 0, 1), ("/v1/activate", 1, 0)] {
        let [one, other] = ["one", "other"].map(|nonce| call(target, &target.replace('/', nonce)));
        send(first, &one).expect(200);
        send(second, &other).expect(200);
        for (node, call) in [
            (first, &one),
            (second, &one),
            (first, &other),
            (second, &other),
        ] {
            assert_eq!(send(node, call).error(), replay, "{target}");
        }
        thread::sleep(Duration::from_secs(1));
        assert_eq!(send(second, &one).error(), replay, "a second later");
    }
    for (of, on) in [
        ("/v1/heartbeat", "/v1/deactivate"),
        ("/v1/validate", "/v1/activate"),
    ] {
        let captured = call(of, &of.replace('/', "captured"));
        let elsewhere = captured.clone().to(on);
        assert_eq!(send(1, &elsewhere).error(), mismatch, "{of} on {on}");
        send(0, &captured).expect(200);
    }
    let path = format!("/v1/licenses/{license}/activations");
    let devices = cluster.items(1, &path);
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0]["active"], true);
}

#[test]
fn of_one_nonce_sent_to_two_servers_at_once_one_is_answered() {
    let cluster = Cluster::of_two();
    let (_, key) = cluster.sell();
    let api_key = by_lines(&cluster);
    let body = json!({ "key": key }).to_string();
    let at = now().to_string();
    let once = signed_by_lines("/v1/validate", &api_key, (&at, "nonce-of-this-test"), &body);
    let answers = together(32, |i| cluster.nodes[i % 2].api.send(&once));
    let (answered, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(answered.len(), 1);
    for answer in refused {
        assert_eq!(answer.error(), (401, "api/timestamp-replay".to_owned()));
    }
}

#[test]
fn an_issue_call_signed_anew_is_answered_by_another_server_with_the_same_license() {
    let cluster = Cluster::of_two();
    let api_key = by_lines(&cluster);
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}}).to_string();
    let at = now().to_string();
    let send = |node: usize, nonce: &str| {
        let call = signed_by_lines("/v1/issue", &api_key, (&at, nonce), &body);
        let call = call.header("Idempotency-Key", "order-1");
        cluster.nodes[node].api.send(&call)
    };
    let first = send(0, "nonce-of-the-first").expect(200);
    let again = send(1, "nonce-of-the-other");
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.expect(200), first);
    assert_eq!(cluster.items(1, "/v1/licenses").len(), 1);
}

#[test]
fn of_one_call_sent_to_two_servers_at_once_one_mints_and_a_signature_is_used_up_on_both() {
    let cluster = Cluster::of_two();
    let api_key = cluster.api_key();
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}}).to_string();
    let at = now() * 1_000;
    let call = |nth: i64| signed_to("/v1/issue", &api_key, &(at + nth).to_string(), &body);
    let answers = together(16, |i| {
        let nth = i64::try_from(i).expect("small");
        let call = call(nth).header("Idempotency-Key", "order-1");
        cluster.nodes[i % 2].api.send(&call).expect(200)
    });
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    let once = call(-1);
    let answers = together(16, |i| cluster.nodes[i % 2].api.send(&once));
    let (minted, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(minted.len(), 1);
    for answer in refused {
        assert_eq!(answer.error(), (401, "api/timestamp-replay".to_owned()));
    }
    assert_eq!(cluster.items(0, "/v1/licenses").len(), 2);
}
