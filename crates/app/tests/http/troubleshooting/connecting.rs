//! Problems on the way to a connected account.

use serde_json::{Value, json};

use super::case::{Case, call};
use crate::harness::wire::split;
use crate::harness::{Request, Seller, Stage, eventually, page};

const CONNECT: &str = "/v1/integrations/stripe/connect";

/// What a browser sees that follows a link to connect; the server's own page leads there.
fn at_stripe(stage: &Stage, seller: &Seller) -> crate::harness::Answer {
    let begun = seller
        .post(CONNECT, &json!({"mode": "sandbox"}))
        .expect(200);
    let link = begun["url"].as_str().expect("a URL");
    let at = link.find("/stripe/connect/").expect("the page of the link");
    let shown = stage.api.send(&Request::get(&link[at..]));
    assert_eq!(shown.status, 200, "our own page knows nothing of it");
    let (stripe, path) = split(&page::followed(shown.text()));
    stripe.call(&Request::get(path))
}

#[test]
fn upgrade_required() {
    let case = Case::on_plan("upgrade-required", "free", &[]);
    let answer = case.seller.post(CONNECT, &json!({"mode": "sandbox"}));
    case.row.caller_sees(&answer, 403, "plan/upgrade-required");
    let next = &case.seller.status()["next"][0];
    assert_eq!(next["code"], "upgrade-plan");
    case.row.says("`upgrade-plan`");
    case.logs(&answer);
    case.counts(
        "mintage_http_requests_total{method=\"POST\",route=\"/v1/integrations/stripe/connect\",status=\"4xx\"}",
    );
    case.command(&["tenant", "plan", "--tenant", "acme", "--plan", "starter"]);
    eventually("the plan to count", || {
        let again = case.seller.post(CONNECT, &json!({"mode": "sandbox"}));
        (again.status == 200).then_some(())
    });
}

#[test]
fn invalid_client_id() {
    let unknown = [("STRIPE_SANDBOX_CONNECT_CLIENT_ID", "ca_unknown")];
    let case = Case::new("invalid-client-id", &unknown);
    let shown = at_stripe(&case.stage, &case.seller);
    assert_eq!(shown.status, 400);
    assert!(
        shown.text().contains("No application matches"),
        "{}",
        shown.text()
    );
    case.row.says("No application matches");
    case.doctor_fails("client-id");

    // The id of the other mode: Stripe shows its page, and then gives no access.
    let of_live = [("STRIPE_SANDBOX_CONNECT_CLIENT_ID", "ca_SimLive")];
    let (mut stage, mut seller, row) = case.restart(&of_live);
    let callback = stage
        .stripe
        .consent(&seller.authorize_url("sandbox"), "connect", "");
    row.caller_sees(&seller.come_back(&callback), 400, "oauth/code-refused");
    stage.doctor(&[], &[]).failure("client-id");
    row.says("`STRIPE_SANDBOX_CONNECT_CLIENT_ID`");
    stage.restart(&[("STRIPE_SANDBOX_CONNECT_CLIENT_ID", "ca_SimTest")]);
    seller.connect("sandbox");
}

#[test]
fn redirect_uri_mismatch() {
    let other = [("MINTAGE_PUBLIC_URL", "https://licenses.example.com")];
    let case = Case::new("redirect-uri-mismatch", &other);
    let shown = at_stripe(&case.stage, &case.seller);
    assert_eq!(shown.status, 400);
    assert!(
        shown.text().contains("Invalid redirect URI"),
        "{}",
        shown.text()
    );
    case.row.says("Invalid redirect URI");
    let told = case.doctor_fails("redirect-uri");
    assert!(
        told.contains("https://licenses.example.com/stripe/callback"),
        "{told}"
    );
    case.row
        .says("`https://licenses.example.com/stripe/callback`");
    case.stage.stripe.control(
        "redirect_uris",
        &json!({"uri": "https://licenses.example.com/stripe/callback"}),
    );
    assert_eq!(at_stripe(&case.stage, &case.seller).status, 200);
}

#[test]
fn error_after_consent() {
    let mut case = Case::new("error-after-consent", &[]);
    case.seller.product("pro", "classic");
    case.seller.key_type("pro", "lifetime", Some(2_900));
    let consent = |seller: &Seller| {
        let url = seller.authorize_url("sandbox");
        case.stage.stripe.consent(&url, "connect", "")
    };
    // Stripe fails while the access is exchanged: nothing is connected.
    let fault = json!({"status": {"status": 503}});
    case.stage.stripe.fault("/oauth/token", &fault, 1);
    let answer = case.seller.come_back(&consent(&case.seller));
    case.row.caller_sees(&answer, 502, "stripe/failed");
    case.logs_message("a request to Stripe failed");
    case.counts(
        "mintage_http_requests_total{method=\"GET\",route=\"/stripe/callback\",status=\"5xx\"}",
    );
    assert_eq!(case.seller.status()["connected"], false);
    case.doctor_passes("stripe-key");

    // The account is connected, and the browser never sees the page after it.
    let lost = case.seller.browse(&consent(&case.seller));
    assert_eq!(lost.status, 303);
    let status = case
        .seller
        .manage(call(&case.row, "GET", "/v1/integrations/stripe/status"));
    let status = status.expect(200);
    assert_eq!(status["connected"], true);
    assert_eq!(status["next"][0]["code"], "set-up-prices");
    case.row.says("`set-up-prices`");
    let rotate = "/v1/integrations/stripe/rotate-checkout-key";
    let key = case
        .seller
        .manage(call(&case.row, "POST", rotate))
        .expect(200);
    case.seller.checkout_key = key["checkoutKey"].as_str().expect("a key").to_owned();
    let setup = call(&case.row, "POST", "/v1/integrations/stripe/setup-prices");
    case.seller.manage(setup).expect(200);
    case.seller.open("lifetime");
}

#[test]
fn no_way_back_to_sandbox() {
    let mut case = Case::new("no-way-back-to-sandbox", &[]);
    case.seller.connect("live");
    let live = case.seller.account();
    let answer = case.seller.post(CONNECT, &json!({"mode": "sandbox"}));
    case.row
        .caller_sees(&answer, 409, "connect/live-is-one-way");
    case.logs(&answer);
    case.counts(
        "mintage_http_requests_total{method=\"POST\",route=\"/v1/integrations/stripe/connect\",status=\"4xx\"}",
    );
    let gone = case
        .seller
        .manage(call(&case.row, "DELETE", "/v1/integrations/stripe"));
    assert_eq!(gone.status, 204);
    case.seller.connect("sandbox");
    assert_ne!(case.seller.account(), live);
    assert_eq!(case.seller.status()["mode"], "sandbox");
    assert_eq!(
        case.seller.status()["pricesMissing"],
        Value::from(Vec::<Value>::new())
    );
}
