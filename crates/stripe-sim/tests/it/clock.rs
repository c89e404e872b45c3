use awc::http::Method;
use mintage_stripe_sim::Config;

use crate::test_sim::{TEST, TestSim, eventually};

#[actix_web::test]
async fn a_session_expires_after_a_day_without_a_request() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let session = sim.session(&account).await;
    sim.running.set_clock_offset(24 * 3600 - 60);
    let path = format!("/v1/checkout/sessions/{session}");
    assert_eq!(sim.get(&account, &path).await.text("/status"), "open");
    sim.running.set_clock_offset(24 * 3600);
    let event = eventually("the event", async || sim.list("events").await.pop()).await;
    assert_eq!(event["type"], "checkout.session.expired");
    assert_eq!(event["data"]["object"]["id"], session.as_str());
    let reply = sim.get(&account, &path).await;
    assert_eq!(
        (reply.text("/status"), reply.body["url"].as_str()),
        ("expired", None)
    );
}

#[actix_web::test]
async fn an_authorization_code_expires_after_five_minutes() {
    let sim = TestSim::start(Config::default());
    sim.running.add_redirect_uri("http://shop.test/cb");
    for (age, status) in [(290, 200), (300, 400)] {
        sim.running.set_clock_offset(0);
        let consent = "response_type=code&client_id=ca_SimTest&scope=read_write&decision=connect";
        let page = sim
            .call(Method::POST, "/oauth/authorize", consent, &[])
            .await;
        let location = page.header("Location").expect("a redirect");
        let code = location
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("code="));
        let code = code.expect("a code");
        sim.running.set_clock_offset(age);
        let form = format!("grant_type=authorization_code&code={code}&client_secret={TEST}");
        let reply = sim.call(Method::POST, "/oauth/token", &form, &[]).await;
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
