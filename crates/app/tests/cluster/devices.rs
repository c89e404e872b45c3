//! Devices that ask several servers at once share one license's slots.

use serde_json::json;

use crate::cluster::{Cluster, now, together};
use crate::harness::Request;
use crate::harness::seller::signed_to;

#[test]
fn of_32_devices_with_a_publishable_key_one_gets_the_last_slot_of_two_servers() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let wish = json!({"productId": "pro", "scope": "PUBLISHABLE", "mode": "sandbox"});
    let made = cluster.manage(0, Request::post("/v1/api-keys").json(&wish));
    let made = made.expect(201);
    let publishable = made["id"].as_str().expect("an id");
    let activate = |node: usize, device: usize| {
        let body = json!({"key": key, "fingerprint": format!("device-{device}")});
        let call = Request::post("/v1/activate").bearer(publishable);
        cluster.nodes[node].api.send(&call.json(&body)).expect(200)
    };
    for device in [100, 101] {
        assert_eq!(activate(0, device)["valid"], true);
    }
    let answers = together(32, |device| activate(device % 2, device));
    let won = answers.iter().filter(|it| it["valid"] == true);
    assert_eq!(won.count(), 1);
    let path = format!("/v1/licenses/{license}/activations");
    assert_eq!(cluster.items(0, &path).len(), 3);
}

#[test]
fn of_64_devices_that_ask_two_servers_at_once_one_gets_the_last_slot() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let at = now() * 1_000;
    let activate = |node: usize, device: usize| {
        let body = json!({"key": key, "fingerprint": format!("device-{device}")}).to_string();
        let call = signed_to("/v1/activate", &api_key, &at.to_string(), &body);
        cluster.nodes[node].api.send(&call).expect(200)
    };
    // The key type allows three.
    for device in [100, 101] {
        assert_eq!(activate(0, device)["valid"], true);
    }
    let answers = together(64, |device| activate(device % 2, device));
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it["valid"] == true);
    let full = json!({"used": 3, "max": 3});
    assert_eq!((won.len(), lost.len()), (1, 63));
    assert_eq!(won[0]["activations"], full);
    for answer in lost {
        assert_eq!(
            answer,
            json!({"valid": false, "reason": "limit_reached", "activations": full})
        );
    }
    let path = format!("/v1/licenses/{license}/activations");
    let devices = [0, 1].map(|node| cluster.items(node, &path));
    assert_eq!(devices[0].len(), 3);
    assert_eq!(devices[0], devices[1]);
}
