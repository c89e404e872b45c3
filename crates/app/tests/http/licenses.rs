//! What a seller sees of licenses, and does with them.

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};

#[test]
fn licenses_are_listed_by_product_status_and_buyer() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, first) = seller.sell_one();
    let session = seller.sell("lifetime", "Second@Example.com", Pay::Card);
    let second = seller.await_license_of(&session);
    let id = first["id"].as_str().expect("an id");
    seller
        .manage(Request::post(format!("/v1/licenses/{id}/revoke")))
        .expect(200);
    for (query, found) in [
        ("product=pro&status=ACTIVE", &[&second][..]),
        ("status=REVOKED", &[&first]),
        ("status=EXPIRED", &[]),
        ("product=none", &[]),
        ("email=second@example.com", &[&second]),
        ("email=SECOND@example.com&product=pro", &[&second]),
        ("email=nobody@example.com", &[]),
    ] {
        let listed = seller.items(&format!("/v1/licenses?{query}"));
        let ids: Vec<&Value> = listed.iter().map(|license| &license["id"]).collect();
        let expected: Vec<&Value> = found.iter().map(|license| &license["id"]).collect();
        assert_eq!(ids, expected, "{query}");
    }
    for (query, field) in [
        ("status=active", "status"),
        ("product=No%20", "product"),
        ("email=x", "email"),
    ] {
        let answer = seller.manage(Request::get(format!("/v1/licenses?{query}")));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{query}"
        );
        assert_eq!(answer.bad_fields(), [field]);
    }
    let alone = seller.get(&format!(
        "/v1/licenses/{}",
        second["id"].as_str().expect("an id")
    ));
    assert_eq!(alone, second);
}

#[test]
fn a_license_shows_a_masked_key_and_reveals_the_whole_one_on_demand() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let id = license["id"].as_str().expect("an id");
    let answer = seller.manage(Request::post(format!("/v1/licenses/{id}/reveal")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let key = answer.expect(200)["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let groups: Vec<usize> = key.split('-').map(str::len).collect();
    assert_eq!(groups, [4; 5], "{key}");
    assert!(key.starts_with("ACME-"), "{key}");
    let shown = license["displayKey"].as_str().expect("a masked key");
    assert_ne!(shown, key);
    let secret: Vec<&str> = key.split('-').skip(1).take(3).collect();
    assert!(secret.iter().all(|group| !shown.contains(group)), "{shown}");
    for list in ["/v1/licenses", "/v1/orders", "/v1/webhook/deliveries"] {
        assert!(!seller.get(list).to_string().contains(&key), "{list}");
    }
}

#[test]
fn what_is_done_to_a_license_is_written_down_with_who_did_it() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let id = license["id"].as_str().expect("an id");
    seller.reveal(&license);
    let lacking = stage.token("acme", &[TokenScope::LicensesRead]);
    let path = format!("/v1/licenses/{id}/reveal");
    let refused = stage.api.send(&Request::post(path).bearer(&lacking));
    assert_eq!(refused.status, 403);
    let written = stage.audit("acme", id);
    let actions: Vec<&str> = written.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["license.minted", "license.revealed"]);
    assert_eq!(written[0].1, "stripe");
    assert!(written[1].1.starts_with("token:"), "{written:?}");
}

#[test]
fn a_revoke_is_for_good_told_once_and_refused_the_second_time() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let (session, license) = seller.sell_one();
    let path = format!(
        "/v1/licenses/{}/revoke",
        license["id"].as_str().expect("an id")
    );
    let revoked = seller.manage(Request::post(&path)).expect(200);
    assert_eq!(
        (&revoked["status"], &revoked["reason"]),
        (&json!("REVOKED"), &json!("admin"))
    );
    let again = seller.manage(Request::post(&path));
    assert_eq!(again.error(), (409, "license/already-revoked".into()));

    let told = eventually("the revoke to be told", || {
        let mut all = receiver.received().into_iter();
        all.find(|told| told.json()["event"] == "license.revoked")
    });
    assert_eq!(told.json()["key"], license["displayKey"]);

    // A refund that comes after it changes nothing of the reason, and is not told again.
    stage.stripe.refund(&session, None);
    let refund = stage
        .stripe
        .events("charge.refunded")
        .pop()
        .expect("an event");
    let id = refund["id"].as_str().expect("an id");
    eventually("the refund to be heard", || {
        (stage.stripe.statuses(id) == [200]).then_some(())
    });
    assert_eq!(seller.licenses()[0]["reason"], "admin");
}
