//! What the plans of tenants allow, and what a downgrade deactivates.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, session_of, signed_to};
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage};

/// Longer than a server keeps a tenant and its products in its cache.
const CACHED: Duration = Duration::from_secs(6);

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn change_plan(stage: &Stage, plan: &str) {
    let words = ["tenant", "plan", "--tenant", "acme", "--plan", plan];
    let printed = stage.command_text(&words).expect("a plan");
    assert_eq!(printed, format!("acme is on the plan {plan}\n"));
    stage.advance(CACHED);
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn issue(stage: &Stage, seller: &Seller, with: &ApiKey, nth: i64) -> Answer {
    let body =
        json!({"planCode": "lifetime", "customer": {"email": "c@d.test"}, "duration": "lifetime"});
    let at = (seller.now() * 1_000 + nth).to_string();
    let call = signed_to("/v1/issue", with, &at, body.to_string());
    stage.api.send(&call)
}

fn wish(product: &str) -> Value {
    let mut wish = Seller::wish("lifetime");
    wish["product_id"] = product.into();
    wish
}

/// Which of the products are active, oldest first.
fn active(seller: &Seller) -> Vec<(String, bool)> {
    let mut products = seller.items("/v1/products");
    products.reverse();
    let text = |it: &Value| it["productId"].as_str().expect("an id").to_owned();
    let is_active = |it: &Value| {
        let active = it["active"].as_bool().expect("a flag");
        let since = &it["deactivatedAt"];
        assert_eq!(
            active,
            since.is_null() && it["archivedAt"].is_null(),
            "{it}"
        );
        active
    };
    products
        .iter()
        .map(|it| (text(it), is_active(it)))
        .collect()
}

fn expected(products: &[(&str, bool)]) -> Vec<(String, bool)> {
    let owned = products.iter().map(|(id, on)| ((*id).to_owned(), *on));
    owned.collect()
}

#[test]
fn a_downgrade_deactivates_the_newest_products_and_an_upgrade_activates_them_again() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    for id in ["second", "third", "fourth"] {
        stage.advance(Duration::from_secs(1));
        seller.product(id, "classic");
        seller.key_type(id, "lifetime", Some(2_900));
    }
    seller.set_up_prices();
    let api_key = seller.api_key("fourth", "FULL", "sandbox");
    let license = issue(&stage, &seller, &api_key, 0).expect(200);
    let key = license["key"].as_str().expect("a key").to_owned();
    let page = seller.checkout(&wish("fourth")).expect(200);
    let page = page["url"].as_str().expect("a page");

    change_plan(&stage, "starter");
    let three = [
        ("pro", true),
        ("second", true),
        ("third", true),
        ("fourth", false),
    ];
    assert_eq!(active(&seller), expected(&three));
    let refusal = issue(&stage, &seller, &api_key, 1);
    assert_eq!(refusal.error(), refused(403, "plan/product-deactivated"));
    let refusal = seller.checkout(&wish("fourth"));
    assert_eq!(refusal.error(), refused(409, "catalog/deactivated"));
    seller.checkout(&wish("third")).expect(200);
    let more = json!({"productId": "fifth", "displayName": "P", "keyPrefix": "PPPP"});
    let refusal = seller.post("/v1/products", &more);
    assert_eq!(refusal.error(), refused(403, "quota/products-exceeded"));
    stage.stripe.pay(page, "late@example.com", Pay::Card);
    seller.await_license_of(&session_of(page));

    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    // A command reads the clock of the machine, which may differ by seconds.
    stage.advance(29 * DAY + 23 * HOUR);
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    stage.advance(2 * HOUR);
    let ended = seller.validate(&api_key, &key);
    assert_eq!(ended["valid"], false);
    assert_eq!(ended["reason"], "product_deactivated");

    seller
        .post("/v1/products/second/archive", &json!({}))
        .expect(200);
    let moved = [
        ("pro", true),
        ("second", false),
        ("third", true),
        ("fourth", true),
    ];
    assert_eq!(active(&seller), expected(&moved));
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    let restored = seller.post("/v1/products/second/restore", &json!({}));
    assert_eq!(restored.error(), refused(403, "quota/products-exceeded"));

    change_plan(&stage, "free");
    let one = [
        ("pro", true),
        ("second", false),
        ("third", false),
        ("fourth", false),
    ];
    assert_eq!(active(&seller), expected(&one));
    change_plan(&stage, "pro");
    seller
        .post("/v1/products/second/restore", &json!({}))
        .expect(200);
    let all = [
        ("pro", true),
        ("second", true),
        ("third", true),
        ("fourth", true),
    ];
    assert_eq!(active(&seller), expected(&all));
    issue(&stage, &seller, &api_key, 2).expect(200);
}

#[test]
fn a_tenant_that_went_to_free_sells_nothing_by_connect_until_it_upgrades() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let page = seller.open("lifetime");
    change_plan(&stage, "free");
    let refusal = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(refusal.error(), refused(403, "plan/upgrade-required"));
    let message = "Stripe Connect requires a Starter, Plus, or Pro plan";
    assert_eq!(refusal.json()["error"]["message"], message);
    for (path, body) in [
        ("/v1/integrations/stripe/connect", json!({"mode": "live"})),
        ("/v1/integrations/stripe/switch-to-live", json!({})),
    ] {
        let refusal = seller.post(path, &body);
        assert_eq!(refusal.error(), refused(403, "plan/upgrade-required"));
        assert_eq!(refusal.json()["error"]["message"], message);
    }
    stage.stripe.pay(&page, "late@example.com", Pay::Card);
    seller.await_license_of(&session_of(&page));
    change_plan(&stage, "starter");
    seller.open("lifetime");
    let disconnected = seller.manage(Request::new("DELETE", "/v1/integrations/stripe"));
    assert_eq!(disconnected.status, 204);
}

#[test]
fn a_plan_that_was_lowered_while_the_seller_was_at_stripe_connects_nothing() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let url = seller.authorize_url("sandbox");
    change_plan(&stage, "free");
    let callback = stage.stripe.consent(&url, "connect", "");
    let answer = seller.come_back(&callback);
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("plan/upgrade-required"),
        "{}",
        answer.text()
    );
    assert!(stage.stripe.posts("/oauth/token").is_empty());
    assert_eq!(seller.status()["connected"], false);
}
