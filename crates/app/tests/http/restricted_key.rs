//! Connecting with a restricted key: the proof of its eight permissions, its webhook endpoint, its health.

use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use crate::harness::{Answer, Request, Seller, Stage};

pub(crate) const PATH: &str = "/v1/integrations/stripe/restricted-key";

/// The permissions in the order of the guide: Stripe's name, the row, the access.
const EIGHT: [(&str, &str, &str); 8] = [
    ("rak_checkout_session_read", "Checkout sessions", "read"),
    ("rak_charge_read", "Charges", "read"),
    (
        "rak_balance_transaction_source_read",
        "Balance transactions",
        "read",
    ),
    ("rak_customer_read", "Customers", "read"),
    ("rak_invoice_read", "Invoices", "read"),
    ("rak_promotion_code_write", "Promotion codes", "write"),
    ("rak_coupon_write", "Coupons", "write"),
    ("rak_webhook_write", "Webhook endpoints", "write"),
];

pub(crate) fn all() -> Vec<&'static str> {
    EIGHT.iter().map(|(slug, ..)| *slug).collect()
}

/// A restricted key at the simulator.
pub(crate) struct Key {
    id: String,
    pub(crate) text: String,
}

pub(crate) fn key_in(stage: &Stage, account: &str, livemode: bool, permissions: &[&str]) -> Key {
    let body = json!({"account": account, "livemode": livemode, "permissions": permissions});
    let created = stage.stripe.control("restricted_keys", &body);
    let text = |name: &str| created[name].as_str().expect("a text").to_owned();
    Key {
        id: text("id"),
        text: text("key"),
    }
}

pub(crate) fn key(stage: &Stage, account: &str, permissions: &[&str]) -> Key {
    key_in(stage, account, false, permissions)
}

pub(crate) fn change(stage: &Stage, key: &Key, body: &Value) {
    let path = format!("restricted_keys/{}", key.id);
    stage.stripe.control(&path, body);
}

pub(crate) fn put(seller: &Seller, key: &str) -> Answer {
    put_in(seller, "sandbox", key)
}

pub(crate) fn put_in(seller: &Seller, mode: &str, key: &str) -> Answer {
    let body = json!({"mode": mode, "key": key});
    seller.manage(Request::new("PUT", PATH).json(&body))
}

pub(crate) fn get(seller: &Seller) -> Answer {
    seller.manage(Request::get(format!("{PATH}?mode=sandbox")))
}

pub(crate) fn disconnect(seller: &Seller) -> Answer {
    seller.manage(Request::new("DELETE", format!("{PATH}?mode=sandbox")))
}

fn list(stage: &Stage, account: &str, path: &str) -> Vec<Value> {
    let request = Request::get(format!("{path}?limit=100"));
    let list = stage.stripe.as_seller(account, request).expect(200);
    list["data"].as_array().cloned().expect("a list")
}

pub(crate) fn coupons(stage: &Stage, account: &str) -> Vec<Value> {
    list(stage, account, "/v1/coupons")
}

pub(crate) fn endpoints(stage: &Stage, account: &str) -> Vec<Value> {
    list(stage, account, "/v1/webhook_endpoints")
}

pub(crate) fn opened(slug: &str) -> (Stage, Seller, String) {
    let stage = Stage::new();
    let seller = Seller::new(&stage, slug);
    let account = stage.stripe.open_account();
    (stage, seller, account)
}

#[test]
fn a_key_with_the_eight_permissions_is_connected_shown_and_disconnected() {
    let (stage, seller, account) = opened("acme");
    let key = key(&stage, &account, &all());
    assert_eq!(get(&seller).error().0, 404);
    let connected = put(&seller, &key.text).expect(200);
    let permissions: Vec<Value> = EIGHT
        .iter()
        .map(|(_, name, access)| json!({"name": name, "access": access, "granted": true}))
        .collect();
    assert_eq!(connected["mode"], "sandbox");
    assert_eq!(connected["accountId"], account.as_str());
    assert_eq!(connected["permissions"], json!(permissions));
    assert_eq!(connected["warnings"], json!([]));
    assert_eq!(connected["state"], "connected");
    let tail = &key.text[key.text.len() - 4..];
    assert_eq!(connected["keyHint"], format!("rk_test_...{tail}"));
    assert_eq!(get(&seller).expect(200), connected);

    let made = endpoints(&stage, &account);
    assert_eq!(made.len(), 1);
    let url = stage
        .api
        .url("/api/acme/stripe/webhook/restricted-key/sandbox");
    assert_eq!(made[0]["id"], connected["webhookEndpointId"]);
    assert_eq!(made[0]["url"], url);
    assert_eq!(made[0]["api_version"], "2026-09-30.endive");
    let events = made[0]["enabled_events"].as_array().expect("a list");
    assert!(events.contains(&json!("checkout.session.completed")));
    assert!(!events.contains(&json!("*")));
    assert_eq!(coupons(&stage, &account), Vec::<Value>::new());

    assert_eq!(disconnect(&seller).status, 204);
    assert_eq!(get(&seller).error().0, 404);
    assert_eq!(endpoints(&stage, &account), Vec::<Value>::new());
    assert_eq!(disconnect(&seller).error().0, 404);
}

#[test]
fn each_of_the_256_subsets_is_told_exactly_what_is_missing_and_leaves_nothing() {
    let (stage, seller, account) = opened("acme");
    let key = key(&stage, &account, &[]);
    for subset in 0..=u8::MAX {
        let numbered = EIGHT.iter().enumerate();
        let (held, missing): (Vec<_>, Vec<_>) =
            numbered.partition(|(n, _)| subset & (1 << *n) != 0);
        let held: Vec<&str> = held.iter().map(|(_, (slug, ..))| *slug).collect();
        change(&stage, &key, &json!({ "permissions": held }));
        let answer = put(&seller, &key.text);
        if missing.is_empty() {
            answer.expect(200);
            continue;
        }
        let error = answer.expect(422)["error"].clone();
        assert_eq!(error["code"], "STRIPE_PERMISSIONS_MISSING");
        let told = error["details"].as_array().expect("a list").iter();
        let told: Vec<Value> = told
            .map(|it| {
                assert!(it["message"].is_string(), "{it}");
                json!([it["path"], it["permission"], it["access"]])
            })
            .collect();
        let expected: Vec<Value> = missing
            .iter()
            .map(|(_, (_, row, access))| json!(["key", row, access]))
            .collect();
        assert_eq!(told, expected, "{subset:08b}");
        assert_eq!(get(&seller).error().0, 404, "{subset:08b}");
    }
    assert_eq!(coupons(&stage, &account), Vec::<Value>::new());
    assert_eq!(endpoints(&stage, &account).len(), 1);
}

#[test]
fn what_is_no_restricted_key_of_the_mode_is_refused_and_reaches_neither_stripe_nor_the_log() {
    let mut stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let account = stage.stripe.open_account();
    let live = key_in(&stage, &account, true, &all());
    let secret = "sk_test_51SecretSecretSecret";
    let process = stage.serve_apart();
    for (mode, text, code) in [
        ("sandbox", secret, "stripe/key-kind"),
        ("sandbox", "pk_test_51AbCdEfGh", "stripe/key-kind"),
        ("live", "whsec_51AbCdEfGh", "stripe/key-kind"),
        ("live", "", "stripe/key-kind"),
        ("sandbox", live.text.as_str(), "stripe/key-mode"),
    ] {
        let answer = put_in(&seller, mode, text);
        assert_eq!(answer.error(), (400, code.to_owned()), "{text}");
        assert!(text.is_empty() || !answer.text().contains(text));
    }
    let unknown = put(&seller, "rk_test_51NobodyKnowsIt");
    assert_eq!(unknown.error(), (422, "stripe/key-invalid".to_owned()));
    assert!(!unknown.text().contains("NobodyKnowsIt"));
    let log = process.log();
    assert!(!log.contains("SecretSecret") && !log.contains("NobodyKnowsIt"));
    for (body, fields) in [
        (json!({}), vec!["mode", "key"]),
        (json!({"mode": "test", "key": 7}), vec!["mode", "key"]),
        (
            json!({"mode": "live", "key": "rk_live_51AbCdEfGh", "kind": 1}),
            vec!["kind"],
        ),
    ] {
        let answer = seller.manage(Request::new("PUT", PATH).json(&body));
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.bad_fields(), fields, "{body}");
    }
    for path in [PATH, &format!("{PATH}/link")] {
        for query in ["", "?mode=", "?mode=test", "?mode=live&foo=1"] {
            let answer = seller.manage(Request::get(format!("{path}{query}")));
            assert_eq!(answer.status, 400, "{path}{query}");
        }
    }
}

#[test]
fn the_calls_need_their_scopes_and_a_tenant_sees_only_its_own_key() {
    let (stage, seller, account) = opened("acme");
    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let reader = stage.token("acme", &[TokenScope::IntegrationsRead]);
    let reader = Seller::of(&stage, "acme", reader);
    get(&reader).expect(200);
    assert_eq!(put(&reader, "rk_test_51AbCdEfGh").status, 403);
    assert_eq!(disconnect(&reader).status, 403);
    let stranger = Seller::new(&stage, "other");
    assert_eq!(get(&stranger).status, 404);
    assert_eq!(disconnect(&stranger).status, 404);
    // Every plan includes the connection.
    let free = stage.tenant("free", Plan::Free);
    let free = Seller::of(&stage, "free", free);
    let account = stage.stripe.open_account();
    put(&free, &key(&stage, &account, &all()).text).expect(200);
}

#[test]
fn the_link_opens_the_form_of_stripe_with_the_eight_permissions() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    for (mode, beginning) in [
        (
            "sandbox",
            "https://dashboard.stripe.com/test/apikeys/create?name=",
        ),
        ("live", "https://dashboard.stripe.com/apikeys/create?name="),
    ] {
        let link = seller.get(&format!("{PATH}/link?mode={mode}"));
        let url = link["url"].as_str().expect("a URL");
        assert!(url.starts_with(beginning), "{url}");
        assert_eq!(url.matches("permissions[]=").count(), 8);
        for slug in all() {
            assert!(url.contains(&format!("permissions[]={slug}")), "{url}");
        }
    }
}
