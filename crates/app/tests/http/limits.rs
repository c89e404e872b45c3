//! Rate limits: who is refused for how long, who goes on meanwhile, and what the headers tell.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Request, Seller, Stage};

const GUESS: &str = "{\"key\":\"ACME-0000-0000-0000-0000\"}";

/// A validation, signed at a millisecond of its own.
fn validate(seller: &Seller, with: &ApiKey, nth: i64) -> Request {
    let timestamp = (seller.now() * 1_000 + nth).to_string();
    signed_to("/v1/validate", with, &timestamp, GUESS)
}

fn limited() -> (u16, String) {
    (429, "common/rate-limited".to_owned())
}

/// What the headers tell: the policy, and how many calls are left of it.
fn told(answer: &Answer) -> (String, String) {
    let header = |name| answer.header(name).unwrap_or_default().to_owned();
    let standing = header("ratelimit");
    let (left, seconds) = standing.rsplit_once(";t=").expect("a standing");
    assert!(
        (1..=120).contains(&seconds.parse().unwrap_or(0)),
        "{seconds}"
    );
    (header("ratelimit-policy"), left.to_owned())
}

/// The seconds to wait, which both headers tell alike.
fn wait(refused: &Answer) -> Duration {
    assert_eq!(refused.error(), limited());
    let standing = refused.header("ratelimit").expect("RateLimit");
    let seconds = refused.header("retry-after").expect("Retry-After");
    assert!(
        standing.ends_with(&format!(";r=0;t={seconds}")),
        "{standing}"
    );
    Duration::from_secs(seconds.parse().expect("seconds"))
}

#[test]
fn a_key_that_has_used_up_its_rate_waits_as_told_and_disturbs_no_other() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "key=5")]);
    let [seller, other] = ["acme", "other"].map(|id| {
        let seller = Seller::new(&stage, id);
        seller.product("pro", "classic");
        seller
    });
    let [first, second] = [(); 2].map(|()| seller.api_key("pro", "FULL", "sandbox"));
    let theirs = other.api_key("pro", "FULL", "sandbox");
    for nth in 0..5 {
        let answer = stage.api.send(&validate(&seller, &first, nth));
        assert_eq!(answer.status, 200);
        let left = format!("\"key\";r={}", 4 - nth);
        assert_eq!(told(&answer), ("\"key\";q=5;w=60".to_owned(), left));
    }
    let sixth = validate(&seller, &first, 5);
    let refused = stage.api.send(&sixth);
    let wait = wait(&refused);
    assert_eq!(told(&refused).0, "\"key\";q=5;w=60");
    // Another call of the key, another key of the tenant, another tenant, another kind of call.
    let activate = signed_to("/v1/activate", &first, &seller.now().to_string(), GUESS);
    assert_eq!(stage.api.send(&activate).error(), limited());
    stage.api.send(&validate(&seller, &second, 0)).expect(200);
    stage.api.send(&validate(&other, &theirs, 0)).expect(200);
    let issue = signed_to("/v1/issue", &first, &seller.now().to_string(), "{}");
    let issued = stage.api.send(&issue);
    assert_eq!(issued.status, 400);
    assert_eq!(told(&issued).0, "\"issue\";q=60;w=1");
    // The wait that was told is long enough, and a refusal has used up no signature.
    stage.advance(wait);
    stage.api.send(&sixth).expect(200);
}

#[test]
fn a_tenant_has_one_rate_for_all_its_keys() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "tenant=40,key=100")]);
    let [seller, other] = ["acme", "other"].map(|id| {
        let seller = Seller::new(&stage, id);
        seller.product("pro", "classic");
        seller
    });
    let keys = [(); 4].map(|()| seller.api_key("pro", "FULL", "sandbox"));
    let mut left = 40;
    for nth in 0..40 {
        let key = &keys[usize::try_from(nth % 4).expect("small")];
        let answer = stage.api.send(&validate(&seller, key, nth));
        assert_eq!(answer.status, 200, "{nth}: {}", answer.text());
        let (policy, said) = told(&answer);
        assert_eq!(policy, "\"tenant\";q=40;w=60", "the tightest");
        let said = said
            .rsplit_once('=')
            .and_then(|(_, left)| left.parse().ok());
        let said: i64 = said.expect("a number");
        assert!(said < left, "{said} after {left}");
        left = said;
    }
    assert_eq!(left, 0);
    let refused = stage.api.send(&validate(&seller, &keys[0], 40));
    let wait = wait(&refused);
    let theirs = other.api_key("pro", "FULL", "sandbox");
    stage.api.send(&validate(&other, &theirs, 0)).expect(200);
    stage.advance(wait);
    stage.api.send(&validate(&seller, &keys[1], 0)).expect(200);
}

#[test]
fn a_management_token_has_a_rate_of_its_own() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "token=20")]);
    let seller = Seller::new(&stage, "acme");
    let script = stage.token("acme", &[TokenScope::LicensesRead]);
    let list = |path: &str| stage.api.send(&Request::get(path).bearer(&script));
    for left in (0..20).rev() {
        // What it may not do counts as well.
        let (path, status) = if left % 2 == 0 {
            ("/v1/licenses", 200)
        } else {
            ("/v1/api-keys", 403)
        };
        let answer = list(path);
        assert_eq!(answer.status, status);
        let expected = format!("\"token\";r={left}");
        assert_eq!(told(&answer), ("\"token\";q=20;w=60".to_owned(), expected));
    }
    let wait = wait(&list("/v1/licenses"));
    seller.get("/v1/licenses");
    stage.advance(wait);
    list("/v1/licenses").expect(200);
}

#[test]
fn a_checkout_tells_how_its_tenant_stands() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    for left in [19, 18] {
        let opened = seller.checkout(&Seller::wish("lifetime"));
        let expected = format!("\"checkout\";r={left}");
        assert_eq!(
            told(&opened),
            ("\"checkout\";q=20;w=60".to_owned(), expected)
        );
    }
    let open = stage.api.send(&Request::get("/healthz"));
    assert!(
        open.header("ratelimit").is_none(),
        "nothing is limited there"
    );
}

/// A call through a proxy on this machine, which says where it comes from.
fn from(address: &str, request: Request) -> Request {
    request.header("X-Forwarded-For", address)
}

#[test]
fn wrong_credentials_of_an_address_are_limited_and_valid_ones_behind_it_pass() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "failures=6")]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let key = seller.api_key("pro", "FULL", "sandbox");
    let good = || Request::get("/v1/products").bearer(&seller.token);
    let forged = ApiKey {
        secret: "aks_forged".to_owned(),
        ..key.clone()
    };
    let guesses = [
        Request::get("/v1/products").bearer("mt_unknown_token"),
        validate(&seller, &forged, 0),
        Request::post("/api/acme/checkout")
            .bearer("a-wrong-checkout-key")
            .json(&Seller::wish("lifetime")),
    ];
    let (here, there) = ("2001:db8:0:1::7", "2001:db8:0:2::7");
    for nth in 0..6 {
        let guess = stage.api.send(&from(here, guesses[nth % 3].clone()));
        assert_eq!(guess.status, 401);
        let left = format!("\"failures\";r={}", 5 - nth);
        assert_eq!(told(&guess), ("\"failures\";q=6;w=60".to_owned(), left));
        // What is good uses nothing up, nor does what comes twice or too late; what presents
        // nothing guesses nothing.
        stage.api.send(&from(here, good())).expect(200);
        let call = validate(&seller, &key, 10 + i64::try_from(nth).expect("small"));
        let late = signed_to("/v1/validate", &key, "1000000000", GUESS);
        for (call, status) in [(&call, 200), (&call, 401), (&late, 401)] {
            assert_eq!(stage.api.send(&from(here, call.clone())).status, status);
        }
        let nothing = stage.api.send(&from(here, Request::get("/v1/products")));
        assert_eq!(nothing.status, 401);
        assert!(nothing.header("ratelimit").is_none());
    }
    let wait = wait(&stage.api.send(&from(here, guesses[0].clone())));
    let mut nth = 100;
    for (why, address) in [
        ("the same", here),
        ("its network", "2001:db8:0:1:ffff::"),
        ("hearsay in front of it", "198.51.100.7, 2001:db8:0:1::7"),
    ] {
        for guess in &guesses {
            let refused = stage.api.send(&from(address, guess.clone()));
            assert_eq!(refused.error(), limited(), "{why}");
        }
        stage.api.send(&from(address, good())).expect(200);
        nth += 1;
        let call = validate(&seller, &key, nth);
        stage.api.send(&from(address, call)).expect(200);
    }
    for (why, address) in [
        ("another", there),
        (
            "behind a proxy that is not trusted",
            "2001:db8:0:1::7, 198.51.100.7",
        ),
    ] {
        stage.api.send(&from(address, good())).expect(200);
        let guess = stage.api.send(&from(address, guesses[0].clone()));
        assert_eq!(guess.status, 401, "{why}");
    }
    stage.api.send(&good()).expect(200);
    stage.advance(wait);
    let guess = stage.api.send(&from(here, guesses[0].clone()));
    assert_eq!(guess.status, 401);
}

#[test]
fn sixty_wrong_tokens_lock_out_no_credential_behind_the_same_address() {
    let stage = Stage::silent(&[("MINTAGE_RATES", "")]);
    let seller = Seller::selling(&stage, "acme");
    for nth in 0..70 {
        let guess = Request::get("/v1/products").bearer(&format!("mt_wrong_token_{nth}"));
        let expected = if nth < 60 { 401 } else { 429 };
        assert_eq!(stage.api.send(&guess).status, expected, "{nth}");
    }
    let key = seller.api_key("pro", "FULL", "sandbox");
    stage.api.send(&validate(&seller, &key, 0)).expect(200);
    seller.checkout(&Seller::wish("lifetime")).expect(200);
}

#[test]
fn who_trusts_no_proxy_is_fooled_by_no_header() {
    let other = [
        ("MINTAGE_RATES", "failures=2"),
        ("MINTAGE_TRUSTED_PROXIES", "none"),
    ];
    let stage = Stage::silent(&other);
    let seller = Seller::new(&stage, "acme");
    let guess = |from: &str| {
        let guess = Request::get("/v1/products").bearer("mt_unknown_token");
        stage
            .api
            .send(&guess.header("X-Forwarded-For", from))
            .status
    };
    assert_eq!(
        ["1.1.1.1", "2.2.2.2", "3.3.3.3"].map(guess),
        [401, 401, 429]
    );
    let good = Request::get("/v1/products").bearer(&seller.token);
    stage.api.send(&good).expect(200);
}
