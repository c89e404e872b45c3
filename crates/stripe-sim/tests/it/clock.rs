use awc::http::Method;
use mintage_stripe_sim::Config;

use crate::bench::{Bench, TEST, eventually};

#[actix_web::test]
async fn a_session_expires_when_its_day_is_over_though_nobody_asks() {
    let bench = Bench::start(Config::default());
    let account = bench.account(&[false]).await;
    let session = bench.session(&account).await;
    bench.running.set_clock_offset(24 * 3600 - 60);
    let path = format!("/v1/checkout/sessions/{session}");
    assert_eq!(bench.get(&account, &path).await.text("/status"), "open");
    bench.running.set_clock_offset(24 * 3600);
    let event = eventually("the news that it expired", async || {
        bench.watch("events").await.pop()
    })
    .await;
    assert_eq!(event["type"], "checkout.session.expired");
    assert_eq!(event["data"]["object"]["id"], session.as_str());
    let reply = bench.get(&account, &path).await;
    assert_eq!(
        (reply.text("/status"), reply.body["url"].as_str()),
        ("expired", None)
    );
}

#[actix_web::test]
async fn a_code_lives_for_five_minutes() {
    let bench = Bench::start(Config::default());
    bench.running.add_redirect_uri("http://shop.test/cb");
    for (age, status) in [(290, 200), (300, 400)] {
        bench.running.set_clock_offset(0);
        let consent = "response_type=code&client_id=ca_SimTest&scope=read_write&decision=connect";
        let page = bench
            .call(Method::POST, "/oauth/authorize", consent, &[])
            .await;
        let location = page.header("Location").expect("a way back");
        let code = location
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("code="));
        let code = code.expect("a code");
        bench.running.set_clock_offset(age);
        let form = format!("grant_type=authorization_code&code={code}&client_secret={TEST}");
        let reply = bench.call(Method::POST, "/oauth/token", &form, &[]).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        if status == 400 {
            assert_eq!(reply.text("/error"), "invalid_grant");
            assert_eq!(
                reply.text("/error_description"),
                format!("Authorization code expired: {code}")
            );
        }
    }
}
