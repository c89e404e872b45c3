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

#[actix_web::test]
async fn a_promotion_code_and_a_tax_change_the_total_and_the_fee_is_at_most_what_is_paid() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let price = sim.price(&account).await;
    let sum = sim.get(&account, &format!("/v1/prices/{price}")).await;
    let unit = sum.body["unit_amount"].as_i64().expect("an amount");
    for (code, off) in [
        ("HALF", json!({ "percent_off": 50 })),
        ("ALL", json!({ "percent_off": 100 })),
    ] {
        let mut body = json!({ "account": account, "code": code });
        body.as_object_mut()
            .expect("an object")
            .extend(off.as_object().cloned().expect("an object"));
        sim.control("promotion_codes", &body).await;
    }
    let form = format!(
        "{}&line_items[0][quantity]=2&allow_promotion_codes=true&automatic_tax[enabled]=true\
         &payment_intent_data[application_fee_amount]={}",
        checkout(&price),
        unit * 2
    );
    for (code, discount, tax) in [("HALF", unit, unit / 10), ("ALL", unit * 2, 0)] {
        let session = sim
            .post(&account, "/v1/checkout/sessions", &form)
            .await
            .id();
        assert_eq!(sim.pay(&session, "WRONG").await.status, 200);
        assert_eq!(sim.pay(&session, code).await.status, 303);
        let shown = sim
            .get(&account, &format!("/v1/checkout/sessions/{session}"))
            .await
            .body;
        let total = unit * 2 - discount + tax;
        assert_eq!(shown["amount_subtotal"], unit * 2, "{code}");
        assert_eq!(shown["amount_total"], total, "{code}");
        assert_eq!(
            shown["total_details"]["amount_discount"], discount,
            "{code}"
        );
        assert_eq!(shown["total_details"]["amount_tax"], tax, "{code}");
        if total == 0 {
            assert_eq!(shown["payment_status"], "no_payment_required");
            continue;
        }
        let intent = shown["payment_intent"].as_str().expect("a payment");
        let intent = sim
            .get(&account, &format!("/v1/payment_intents/{intent}"))
            .await;
        let charge = intent.text("/latest_charge").to_owned();
        let charge = sim.get(&account, &format!("/v1/charges/{charge}")).await;
        assert_eq!(charge.body["application_fee_amount"], total);
    }
}

#[actix_web::test]
async fn managed_payments_take_no_application_fee() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let price = sim.price(&account).await;
    let managed = format!("{}&managed_payments[enabled]=true", checkout(&price));
    let opened = sim.post(&account, "/v1/checkout/sessions", &managed).await;
    assert_eq!(opened.body["managed_payments"], json!({ "enabled": true }));
    let with_fee = format!("{managed}&payment_intent_data[application_fee_amount]=5");
    let refused = sim.post(&account, "/v1/checkout/sessions", &with_fee).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}
