//! Keys in the wrong place.

use super::case::{Row, call};
use crate::harness::{Manner, Receiver, Seller, Stage};

#[test]
fn test_keys_in_production() {
    let row = Row::of("test-keys-in-production");
    let mut stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    stage.stop();
    let wrong = [("STRIPE_SECRET_KEY", "sk_test_sesame")];
    let said = stage.refused_start(&wrong);
    let sentence = "the secret key of live mode must start with sk_live_ or rk_live_";
    assert!(
        said.contains(sentence) && !said.contains("sesame"),
        "{said}"
    );
    row.says(sentence);
    row.says("`test-key-in-live`");
    stage.doctor(&wrong, &[]).failure("test-key-in-live");
    // Only test mode is set up.
    let off = [
        ("MINTAGE_PUBLIC_URL", "https://licenses.example.com"),
        ("STRIPE_CONNECT_CLIENT_ID", ""),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
    ];
    row.says("`test-mode-only`");
    stage.doctor(&off, &[]).warning("test-mode-only");
    // A seller is still in the sandbox.
    stage.restart(&[]);
    assert_eq!(seller.status()["next"][0]["code"], "switch-to-live");
    row.says("`switch-to-live`");
    let switch = call(&row, "POST", "/v1/integrations/stripe/switch-to-live");
    seller
        .manage(switch.json(&serde_json::json!({})))
        .expect(200);
}

#[test]
fn secret_key_in_a_page() {
    let row = Row::of("secret-key-in-a-page");
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let wrong = [("STRIPE_CONNECT_CLIENT_ID", "sk_live_sesame")];
    let said = stage.refused_start(&wrong);
    let sentence = "the Connect client id of live mode must start with ca_";
    assert!(
        said.contains(sentence) && !said.contains("sesame"),
        "{said}"
    );
    row.says(sentence);
    row.says("`secret-key-exposed`");
    stage.doctor(&wrong, &[]).failure("secret-key-exposed");

    let page = Receiver::start();
    let body = format!("const key = \"{}\"", seller.checkout_key);
    let answer = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    page.answer(Manner::Raw(answer.leak()));
    row.says("mintage doctor --page");
    let found = stage.doctor(&[], &["--page", &page.url()]);
    assert!(found.failure("secret-key-exposed").contains("acme"));
    let rotate = "/v1/integrations/stripe/rotate-checkout-key";
    seller.manage(call(&row, "POST", rotate)).expect(200);
    let stolen = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(stolen.status, 401);
    let found = stage.doctor(&[], &["--page", &page.url()]);
    found.found("secret-key-exposed", "ok");
}
