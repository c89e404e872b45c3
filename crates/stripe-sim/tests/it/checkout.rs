use awc::http::Method;
use mintage_stripe_sim::Config;
use serde_json::json;

use crate::bench::{Bench, checkout};

#[actix_web::test]
async fn a_session_that_takes_cards_only_offers_no_bank_debit() {
    let bench = Bench::start(Config::default());
    let account = bench.account(&[false]).await;
    let price = bench.price(&account).await;
    let form = format!("{}&allowed_payment_method_types[]=card", checkout(&price));
    let session = bench
        .post(&account, "/v1/checkout/sessions", &form)
        .await
        .id();
    let page = bench
        .call(
            Method::POST,
            &format!("/c/pay/{session}"),
            "method=bank_debit",
            &[],
        )
        .await;
    assert_eq!((page.status, page.header("Location")), (200, None));
    let reply = bench
        .get(&account, &format!("/v1/checkout/sessions/{session}"))
        .await;
    assert_eq!(reply.text("/status"), "open");
    assert_eq!(reply.body["payment_method_types"], json!(["card"]));
}
