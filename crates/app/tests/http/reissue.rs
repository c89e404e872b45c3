//! Giving a license another key.

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::json;

use crate::harness::{Receiver, Request, Seller, Stage, eventually};

#[test]
fn a_reissued_license_is_valid_with_its_new_key_only() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    let endpoint = json!({ "url": receiver.url(), "events": ["license.reissued"] });
    seller.post("/v1/webhook-endpoints", &endpoint).expect(201);
    let (_, license) = seller.sell_one();
    let old = seller.reveal(&license);
    let id = license["id"].as_str().expect("an id");
    let path = format!("/v1/licenses/{id}/reissue");
    let answered = seller.manage(Request::post(&path)).expect(200);
    assert_eq!(answered["id"], license["id"]);
    let new = seller.reveal(&answered);
    assert_ne!(new, old);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let verdict = seller.validate(&api_key, &old);
    assert_eq!(
        (&verdict["valid"], &verdict["reason"]),
        (&json!(false), &json!("not_found"))
    );
    assert_eq!(seller.validate(&api_key, &new)["valid"], true);
    let told = eventually("the new key", || receiver.received().pop()).json();
    assert_eq!(
        (&told["event"], &told["key"]),
        (&json!("license.reissued"), &json!(new))
    );
}

#[test]
fn a_key_is_reissued_only_of_an_own_license_that_is_not_revoked() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let id = license["id"].as_str().expect("an id");
    let path = format!("/v1/licenses/{id}/reissue");
    let reader = stage.token("acme", &[TokenScope::LicensesRead]);
    let refused = stage.api.send(&Request::post(&path).bearer(&reader));
    assert_eq!(refused.status, 403);
    let other = Seller::new(&stage, "other");
    for (caller, path) in [
        (&other, path.as_str()),
        (&seller, "/v1/licenses/lic_unknown/reissue"),
        (&seller, "/v1/licenses/x/reissue"),
    ] {
        assert_eq!(caller.manage(Request::post(path)).status, 404, "{path}");
    }
    let revoke = Request::post(format!("/v1/licenses/{id}/revoke"));
    assert_eq!(seller.manage(revoke).status, 200);
    let refused = seller.manage(Request::post(&path)).error();
    assert_eq!(refused, (409, "license/already-revoked".into()));
}

#[test]
fn an_operator_reissues_a_key_beside_the_server() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let id = license["id"].as_str().expect("an id");
    let old = seller.reveal(&license);
    let arguments = [
        "license", "reissue", "--tenant", "acme", "--id", id, "--json",
    ];
    let shown = stage.command(&arguments).expect("it succeeds");
    assert_eq!(shown[0]["id"], license["id"]);
    assert_ne!(seller.reveal(&license), old);
}
