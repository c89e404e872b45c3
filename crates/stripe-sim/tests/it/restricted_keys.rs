use awc::http::Method;
use mintage_stripe_sim::Config;
use serde_json::{Value, json};

use crate::test_sim::{Reply, TestSim};

async fn key(sim: &TestSim, account: &str, permissions: &[&str]) -> Value {
    let body = json!({ "account": account, "name": "test", "permissions": permissions });
    sim.control("restricted_keys", &body).await
}

async fn call(sim: &TestSim, key: &Value, method: Method, path: &str, form: &str) -> Reply {
    let bearer = format!("Bearer {}", key["key"].as_str().expect("a key"));
    let headers = [("Authorization", bearer.as_str())];
    sim.call(method, path, form, &headers).await
}

#[actix_web::test]
async fn a_refusal_names_the_permission_and_the_account_in_the_shape_of_stripe() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let key = key(&sim, &account, &["rak_coupon_write"]).await;
    let reply = call(&sim, &key, Method::GET, "/v1/charges/ch_x", "").await;
    let tail = key["key"].as_str().map_or("", |key| &key[key.len() - 4..]);
    let message = format!(
        "The provided key 'rk_test_{}{tail}' does not have the required permissions for this endpoint \
         on account '{account}'. Having the 'rak_charge_read' permission would allow this request \
         to continue.",
        "*".repeat(20)
    );
    let expected = json!({ "error": { "type": "invalid_request_error", "message": message } });
    assert_eq!((reply.status, reply.body), (403, expected));
    let coupons = call(&sim, &key, Method::GET, "/v1/coupons", "").await;
    assert_eq!(coupons.status, 200, "write includes read");
}

#[actix_web::test]
async fn the_permission_is_checked_before_the_object_unless_the_order_is_changed() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let key = key(&sim, &account, &[]).await;
    let update = async || {
        let path = "/v1/coupons/none";
        call(&sim, &key, Method::POST, path, "metadata[probe]=1").await
    };
    assert_eq!(update().await.status, 403);
    for (existence_first, status) in [(true, 404), (false, 403)] {
        let order = json!({ "path": "/v1/coupons", "existence_first": existence_first });
        sim.control("permission_order", &order).await;
        assert_eq!(update().await.status, status);
    }
    let malformed = call(&sim, &key, Method::POST, "/v1/coupons/none", "foo=1").await;
    assert_eq!(malformed.status, 400, "parameters are checked first");
}

#[actix_web::test]
async fn the_lines_of_a_session_and_payment_links_need_their_permissions() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let (get, post) = (Method::GET, Method::POST);
    for (method, path, permission) in [
        (
            &get,
            "/v1/checkout/sessions/cs_test_x/line_items",
            "rak_checkout_session_read",
        ),
        (&get, "/v1/payment_links/plink_x", "rak_payment_link_read"),
        (
            &get,
            "/v1/payment_links/plink_x/line_items",
            "rak_payment_link_read",
        ),
        (&post, "/v1/payment_links/plink_x", "rak_payment_link_write"),
    ] {
        let none = key(&sim, &account, &[]).await;
        let refused = call(&sim, &none, method.clone(), path, "").await;
        assert_eq!(refused.status, 403, "{method} {path}");
        let message = refused.text("/error/message");
        assert!(message.contains(&format!("'{permission}'")), "{message}");
        let holder = key(&sim, &account, &[permission]).await;
        let missing = call(&sim, &holder, method.clone(), path, "").await;
        assert_eq!((missing.status, missing.code()), (404, "resource_missing"));
    }
    let read_only = key(&sim, &account, &["rak_payment_link_read"]).await;
    let list = call(&sim, &read_only, get, "/v1/payment_links", "").await;
    assert_eq!(list.status, 200);
    let form = "line_items[0][price]=price_x&line_items[0][quantity]=1";
    let refused = call(&sim, &read_only, post, "/v1/payment_links", form).await;
    assert_eq!(refused.status, 403);
    let order = json!({ "path": "/v1/payment_links", "existence_first": true });
    sim.control("permission_order", &order).await;
    let none = key(&sim, &account, &[]).await;
    let path = "/v1/payment_links/plink_x";
    let missing = call(&sim, &none, Method::GET, path, "").await;
    assert_eq!(missing.status, 404);
}

#[actix_web::test]
async fn a_key_is_narrowed_and_revoked() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let key = key(&sim, &account, &["rak_customer_read"]).await;
    let customer = async || call(&sim, &key, Method::GET, "/v1/customers/cus_x", "").await;
    assert_eq!(customer().await.status, 404);
    let path = format!("restricted_keys/{}", key["id"].as_str().expect("an id"));
    sim.control(&path, &json!({ "permissions": [] })).await;
    assert_eq!(customer().await.status, 403);
    sim.control(&path, &json!({ "revoked": true })).await;
    let revoked = customer().await;
    assert_eq!((revoked.status, revoked.code()), (401, "api_key_expired"));
}

#[actix_web::test]
async fn an_account_has_sixteen_endpoints_and_learns_each_secret_once() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let key = key(&sim, &account, &["rak_webhook_write"]).await;
    let path = "/v1/webhook_endpoints";
    let form = "url=http://a.test/&enabled_events[0]=charge.refunded&api_version=2026-09-30.endive";
    let first = call(&sim, &key, Method::POST, path, form).await;
    assert!(
        first.text("/secret").starts_with("whsec_"),
        "{}",
        first.body
    );
    assert_eq!(first.text("/api_version"), "2026-09-30.endive");
    for _ in 1..16 {
        let created = call(&sim, &key, Method::POST, path, form).await;
        assert_eq!(created.status, 200);
    }
    let full = call(&sim, &key, Method::POST, path, form).await;
    let message = "You have reached the maximum of 16 test webhook endpoints.";
    assert_eq!((full.status, full.text("/error/message")), (400, message));

    let own = format!("{path}/{}", first.id());
    let disabled = call(&sim, &key, Method::POST, &own, "disabled=true").await;
    assert_eq!(disabled.text("/status"), "disabled");
    assert!(disabled.body["secret"].is_null());
    let deleted = call(&sim, &key, Method::DELETE, &own, "").await;
    assert_eq!(deleted.body["deleted"], true);
    let again = call(&sim, &key, Method::GET, &own, "").await;
    assert_eq!(again.status, 404);
    let list = call(&sim, &key, Method::GET, path, "").await;
    assert_eq!(list.body["data"].as_array().map(Vec::len), Some(15));
}

#[actix_web::test]
async fn the_page_creates_a_key_with_the_permissions_of_its_address() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[]).await;
    let query = "name=Shop&permissions[]=rak_charge_read&permissions%5B%5D=rak_webhook_write";
    let path = format!("/test/apikeys/create?{query}");
    assert_eq!(sim.call(Method::GET, &path, "", &[]).await.status, 200);
    let form = format!("account={account}&{query}");
    let created = sim
        .call(Method::POST, "/test/apikeys/create", &form, &[])
        .await;
    assert_eq!(created.status, 200);
    let keys = sim.list("restricted_keys").await;
    let shown = [
        &keys[0]["permissions"],
        &keys[0]["name"],
        &keys[0]["livemode"],
    ];
    let expected = [
        &json!(["rak_charge_read", "rak_webhook_write"]),
        &json!("Shop"),
        &json!(false),
    ];
    assert_eq!(shown, expected);
}
