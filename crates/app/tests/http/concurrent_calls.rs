//! Many callers at the same moment: one of them succeeds first, and the others are refused or get
//! its answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::json;

use crate::harness::seller::{signed, signed_to};
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage, page};

/// Makes so many calls at once; returns how often each status was answered, by status.
fn at_once(count: usize, call: impl Fn(usize) -> Answer + Sync) -> Vec<(u16, usize)> {
    let call = &call;
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..count)
            .map(|nth| scope.spawn(move || call(nth).status))
            .collect();
        let calls = calls.into_iter();
        calls.map(|call| call.join().expect("an answer")).collect()
    });
    statuses.sort_unstable();
    let equal = statuses.chunk_by(|a, b| a == b);
    equal.map(|same| (same[0], same.len())).collect()
}

#[test]
fn of_many_checkouts_twenty_open() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let wish = Seller::wish("lifetime");
    let answered = at_once(30, |_| seller.checkout(&wish));
    assert_eq!(answered, [(200, 20), (429, 10)]);
    assert_eq!(seller.items("/v1/orders?limit=100").len(), 20);
}

#[test]
fn of_many_callbacks_of_one_round_one_connects_and_the_code_is_spent_once() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let url = seller.authorize_url("sandbox");
    let callback = stage.stripe.consent(&url, "connect", "");
    let keys = AtomicUsize::new(0);
    let answered = at_once(12, |_| {
        let answer = seller.come_back(&callback);
        if page::element(answer.text(), "checkout-key").is_some() {
            keys.fetch_add(1, Ordering::Relaxed);
        }
        answer
    });
    // A callback that comes again after the account was linked is sent on to the page.
    let expected = |(status, _): &(u16, usize)| [200, 400].contains(status);
    assert!(answered.iter().all(expected), "{answered:?}");
    assert_eq!(keys.into_inner(), 1, "the key is shown once");
    assert_eq!(stage.stripe.posts("/oauth/token").len(), 1);
    assert_eq!(stage.stripe.connected(&seller.account()), (true, false));
}

#[test]
fn of_two_tenants_with_one_account_one_connects() {
    let stage = Stage::silent(&[]);
    let sellers = ["one", "two"].map(|id| Seller::new(&stage, id));
    let account = stage.stripe.open_account();
    let callbacks = sellers.each_ref().map(|seller| {
        let url = seller.authorize_url("sandbox");
        stage.stripe.consent(&url, "connect", &account)
    });
    let answered = at_once(2, |nth| sellers[nth].come_back(&callbacks[nth]));
    assert_eq!(answered, [(200, 1), (409, 1)]);
    let connected = sellers
        .iter()
        .filter(|seller| seller.status()["connected"] == true);
    assert_eq!(connected.count(), 1);
}

#[test]
fn of_many_products_beyond_the_plan_as_many_are_made_as_it_allows() {
    let stage = Stage::silent(&[]);
    let token = stage.tenant("acme", Plan::Starter);
    let answered = at_once(12, |nth| {
        let body = json!({"productId": format!("p{nth}"), "displayName": "P", "keyPrefix": "PPPP"});
        let request = Request::post("/v1/products").json(&body);
        stage.api.send(&request.bearer(&token))
    });
    assert_eq!(answered, [(201, 3), (403, 9)]);
}

#[test]
fn of_one_signature_used_many_times_one_is_answered() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let request = signed(&api_key, &seller.now().to_string(), &body);
    let answered = at_once(24, |_| stage.api.send(&request));
    assert_eq!(answered, [(200, 1), (401, 23)]);
}

#[test]
fn of_many_revokes_one_is_done_and_told() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    seller.hear(&event).expect(200);
    let license = &seller.licenses()[0];
    let path = format!(
        "/v1/licenses/{}/revoke",
        license["id"].as_str().expect("an id")
    );
    let answered = at_once(12, |_| seller.manage(Request::post(&path)));
    assert_eq!(answered, [(200, 1), (409, 11)]);
    assert_eq!(
        seller.items("/v1/webhook/deliveries").len(),
        3,
        "created, paid, and revoked once"
    );
}

#[test]
fn a_payment_and_its_refund_heard_together_many_times_end_revoked_once() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    stage.stripe.refund(&session, None);
    let events = [
        stage
            .stripe
            .event_of(&session, "checkout.session.completed"),
        stage.stripe.events("charge.refunded").remove(0),
    ];
    let answered = at_once(24, |nth| seller.hear(&events[nth % 2]));
    assert_eq!(answered, [(200, 24)]);
    let license = seller.await_status("REVOKED");
    assert_eq!(license["reason"], "refund");
    // Created, paid, and each refunded once.
    assert_eq!(seller.items("/v1/webhook/deliveries").len(), 4);
}

#[test]
fn of_many_activations_of_one_device_each_gets_an_answer() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", None);
    let api_key = seller.api_key("pro", "FULL", "live");
    let order = json!({"planCode": "lifetime", "customer": {"email": "a@b.test"}});
    let time = seller.now().to_string();
    let issue = signed_to("/v1/issue", &api_key, &time, order.to_string());
    let issued = stage.api.send(&issue).expect(200);
    for round in 0..2 {
        // Each device says something else of itself, which all of them may write.
        let answered = at_once(32, |nth| {
            let body = json!({
                "key": issued["key"], "fingerprint": "device", "hostname": format!("{round}-{nth}"),
            });
            let time = (seller.now() * 1_000 + i64::try_from(nth + round * 32).expect("small"))
                .to_string();
            let call = signed_to("/v1/activate", &api_key, &time, body.to_string());
            stage.api.send(&call)
        });
        assert_eq!(answered, [(200, 32)]);
    }
}
