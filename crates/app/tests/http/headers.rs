//! The headers that tell browsers and caches to be careful with an answer.

use crate::harness::{Request, Seller, Stage};

#[test]
fn every_answer_says_how_browsers_and_caches_may_treat_it() {
    for (public_url, https) in [
        ("http://mint.test", None),
        ("https://mint.test", Some("max-age=31536000")),
    ] {
        let stage = Stage::silent(&[("MINTAGE_PUBLIC_URL", public_url)]);
        let seller = Seller::new(&stage, "acme");
        let mine = |path: &str| Request::get(path).bearer(&seller.token);
        for (request, status, cache) in [
            (mine("/v1/customers"), 200, "no-store"),
            (mine("/v1/licenses"), 200, "no-store"),
            (mine("/v1/audit"), 200, "no-store"),
            (mine("/v1/unknown"), 404, "no-store"),
            (Request::get("/v1/customers"), 401, "no-store"),
            (Request::post("/healthz"), 405, "no-store"),
            (Request::get("/healthz"), 200, "no-store"),
            (Request::get("/stripe/callback"), 400, "no-store"),
            (Request::get("/openapi.json"), 200, "public, max-age=300"),
        ] {
            let answer = stage.api.send(&request);
            assert_eq!(answer.status, status, "{request:?}");
            let sniffing = answer.header("x-content-type-options");
            assert_eq!(sniffing, Some("nosniff"), "{request:?}");
            assert_eq!(answer.header("cache-control"), Some(cache), "{request:?}");
            let only_https = answer.header("strict-transport-security");
            assert_eq!(only_https, https, "{request:?}");
        }
    }
}
