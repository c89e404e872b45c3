use awc::http::Method;
use mintage_stripe_sim::Config;
use serde_json::json;

use crate::test_sim::{TestSim, checkout};

#[actix_web::test]
async fn a_session_for_cards_only_offers_no_bank_debit() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let price = sim.price(&account).await;
    let form = format!("{}&allowed_payment_method_types[]=card", checkout(&price));
    let session = sim
        .post(&account, "/v1/checkout/sessions", &form)
        .await
        .id();
    let page = sim
        .call(
            Method::POST,
            &format!("/c/pay/{session}"),
            "method=bank_debit",
            &[],
        )
        .await;
    assert_eq!((page.status, page.header("Location")), (200, None));
    let reply = sim
        .get(&account, &format!("/v1/checkout/sessions/{session}"))
        .await;
    assert_eq!(reply.text("/status"), "open");
    assert_eq!(reply.body["payment_method_types"], json!(["card"]));
}
