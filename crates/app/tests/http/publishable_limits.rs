//! The limits on calls with a publishable key, which anybody may have: by license and by address.

use serde_json::json;

use crate::harness::seller::signed;
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller with two licenses of `pro`, and a publishable key.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    keys: [String; 2],
    publishable: String,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::selling(stage, "acme");
        let keys = [(); 2].map(|()| {
            let (_, license) = seller.sell_one();
            seller.reveal(&license)
        });
        Self {
            stage,
            keys,
            publishable: seller.publishable_key("pro", "sandbox"),
            seller,
        }
    }

    fn call(&self, path: &str, key: &str) -> Request {
        let body = json!({"key": key, "fingerprint": "laptop"});
        Request::post(path).bearer(&self.publishable).json(&body)
    }

    fn ask(&self, path: &str, key: &str) -> Answer {
        self.stage.api.send(&self.call(path, key))
    }

    fn ask_from(&self, address: &str, key: &str) -> Answer {
        let call = self.call("/v1/validate", key);
        self.stage
            .api
            .send(&call.header("X-Forwarded-For", address))
    }

    fn ask_signed(&self, nth: i64) -> Answer {
        let api_key = self.seller.api_key("pro", "FULL", "sandbox");
        let at = (self.seller.now() * 1_000 + nth).to_string();
        let body = json!({ "key": self.keys[0] }).to_string();
        self.stage.api.send(&signed(&api_key, &at, &body))
    }
}

fn policy(answer: &Answer) -> &str {
    answer.header("ratelimit-policy").unwrap_or_default()
}

/// What a page needs of a refusal to wait as long as it should.
fn assert_refused(answer: &Answer, by: &str) {
    assert_eq!(answer.error(), (429, "common/rate-limited".to_owned()));
    assert_eq!(policy(answer), by);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer.header("access-control-expose-headers");
    assert!(exposed.is_some_and(|all| all.contains("Retry-After") && all.contains("RateLimit")));
}

#[test]
fn a_license_has_one_rate_however_its_key_is_typed_and_whatever_is_asked() {
    let stage = Stage::with(&[("MINTAGE_RATES", "license=4")]);
    let sold = Sold::new(&stage);
    let [first, second] = &sold.keys;
    let by = "\"license\";q=4;w=60";
    for (path, key) in [
        ("/v1/validate", first.clone()),
        ("/v1/activate", first.to_lowercase()),
        ("/v1/validate", first.replace('-', " ")),
        ("/v1/activate", format!(" {first}")),
    ] {
        let answer = sold.ask(path, &key);
        assert_eq!(answer.expect(200)["valid"], true);
        assert_eq!(policy(&answer), by);
    }
    for path in ["/v1/validate", "/v1/activate"] {
        assert_refused(&sold.ask(path, first), by);
        sold.ask(path, second).expect(200);
    }
    // The seller's own calls about the license are not the app's.
    assert_eq!(sold.ask_signed(0).expect(200)["valid"], true);
    let refused = sold.ask("/v1/validate", first);
    let seconds = refused.header("retry-after").map(str::parse);
    let wait = seconds.expect("Retry-After").expect("seconds");
    stage.advance(std::time::Duration::from_secs(wait));
    sold.ask("/v1/validate", first).expect(200);
}

#[test]
fn an_address_has_one_rate_for_all_licenses_and_others_go_on() {
    let stage = Stage::with(&[("MINTAGE_RATES", "address=4")]);
    let sold = Sold::new(&stage);
    let (here, there) = ("2001:db8:0:1::7", "2001:db8:0:2::7");
    let by = "\"address\";q=4;w=60";
    for key in [
        "ACME-0000-0000-0000-0000",
        &sold.keys[0],
        "no key",
        &sold.keys[1],
    ] {
        let answer = sold.ask_from(here, key);
        assert_eq!((answer.status, policy(&answer)), (200, by), "{key}");
    }
    assert_refused(&sold.ask_from(here, &sold.keys[0]), by);
    assert_refused(&sold.ask_from("2001:db8:0:1:ffff::", &sold.keys[1]), by);
    sold.ask_from(there, &sold.keys[0]).expect(200);
    // Neither a browser's question nor the seller's own calls count there.
    let preflight = Request::new("OPTIONS", "/v1/validate").header("X-Forwarded-For", here);
    assert_eq!(stage.api.send(&preflight).status, 204);
    assert_eq!(sold.ask_signed(0).expect(200)["valid"], true);
}

#[test]
fn calls_with_a_publishable_key_use_up_no_rate_of_the_sellers_own_calls() {
    let stage = Stage::with(&[("MINTAGE_RATES", "key=3,tenant=3")]);
    let sold = Sold::new(&stage);
    for _ in 0..8 {
        sold.ask("/v1/validate", &sold.keys[0]).expect(200);
    }
    for nth in 0..3 {
        sold.ask_signed(nth).expect(200);
    }
    assert_eq!(sold.ask_signed(3).status, 429);
}

#[test]
fn a_page_reads_that_its_address_has_guessed_too_many_keys() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "failures=2")]);
    let guess = || {
        let call = Request::post("/v1/validate").bearer("pub_live_0000");
        stage.api.send(&call.json(&json!({"key": "ACME"})))
    };
    for _ in 0..2 {
        assert_eq!(guess().error(), (401, "api/key-invalid".to_owned()));
    }
    assert_refused(&guess(), "\"failures\";q=2;w=60");
}
