//! The pages for people: their form, their policies, and when a client gets one in place of JSON.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::harness::page::element;
use crate::harness::{Answer, Request, Seller, Stage};

/// What a browser sends.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn browse(stage: &Stage, path: &str) -> Answer {
    let request = Request::get(path).header("Accept", BROWSER);
    stage.api.send(&request)
}

fn count(html: &str, what: &str) -> usize {
    html.matches(what).count()
}

/// What holds for every page.
fn assert_page(answer: &Answer) {
    let html = answer.text();
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    for (what, times) in [
        ("<!doctype html>", 1),
        ("<html lang=\"en\">", 1),
        ("<meta charset=\"utf-8\">", 1),
        (
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            1,
        ),
        ("<title>", 1),
        ("<main", 1),
        ("<h1>", 1),
        ("<header>", 1),
        ("http-equiv", 0),
        (" style=", 0),
        (" onclick", 0),
        ("javascript:", 0),
    ] {
        assert_eq!(count(html, what), times, "{what}: {html}");
    }
    let own = "<script src=\"/assets/page.js\" defer></script>";
    assert_eq!(count(html, "<script"), count(html, own), "{html}");
    let (_, style) = html.split_once("<style>").expect("a style");
    let (style, _) = style.split_once("</style>").expect("an end");
    let hash = BASE64.encode(digest(&SHA256, style.as_bytes()).as_ref());
    let policy = answer.header("content-security-policy").expect("a policy");
    let start = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'"
    );
    assert!(policy.starts_with(&start), "{policy}");
    assert_eq!(
        policy.contains("script-src 'self'"),
        count(html, "<script") > 0,
        "{policy}"
    );
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    // Each field has a label.
    for field in html.split("<input").skip(1) {
        let (tag, _) = field.split_once('>').expect("an end");
        if !tag.contains("type=\"hidden\"") {
            let (_, id) = tag.split_once("id=\"").expect("an id");
            let (id, _) = id.split_once('"').expect("an end");
            assert_eq!(count(html, &format!("<label for=\"{id}\">")), 1);
        }
    }
}

#[test]
fn every_page_has_the_same_form_and_a_strict_policy() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let link = seller.connect_link("sandbox");
    let start = seller.browse(&link);
    assert!(start.text().contains("Continue to Stripe"));
    let callback =
        stage
            .stripe
            .consent(&crate::harness::page::followed(start.text()), "connect", "");
    let other = Seller::of(&stage, "acme", seller.token.clone());
    let other_browser = other.browse(&callback);
    assert_eq!(
        element(other_browser.text(), "error-code").as_deref(),
        Some("oauth/other-browser")
    );
    let connected = seller.come_back(&callback);
    assert!(element(connected.text(), "checkout-key").is_some());
    let again = seller.come_back(&callback);
    let onboard = "/v1/integrations/stripe/onboard";
    seller.post(onboard, &json!({})).expect(200);
    let asked = stage.stripe.posts("/v1/account_links").pop();
    let back = asked.expect("a request")["params"]["return_url"].clone();
    let onboarded = seller.browse(back.as_str().expect("a URL"));
    assert!(onboarded.text().contains("can take payments"));
    let unopened = Request::get("/stripe/connect/x").header("Sec-Purpose", "prefetch");
    let pages = [
        start,
        other_browser,
        connected,
        again,
        stage.api.send(&unopened),
        browse(&stage, "/stripe/callback?error=access_denied"),
        browse(&stage, "/stripe/callback"),
        browse(&stage, "/stripe/connected/x"),
        onboarded,
        browse(&stage, "/stripe/onboarded/x"),
        browse(&stage, "/stripe/onboard/x"),
        browse(&stage, "/thanks/cs_test_unknown"),
        browse(&stage, "/"),
        browse(&stage, "/docs"),
        browse(&stage, "/docs?q=activate"),
        browse(&stage, "/docs?q=nothing-has-this"),
        browse(&stage, "/nowhere"),
    ];
    for page in &pages {
        assert_page(page);
    }
}

#[test]
fn the_first_page_says_what_the_server_is_to_people_and_to_programs() {
    let stage = Stage::silent(&[("MINTAGE_PUBLIC_URL", "https://mint.test")]);
    let page = browse(&stage, "/");
    assert_eq!((page.status, page.header("vary")), (200, Some("accept")));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(element(page.text(), "version").as_deref(), Some(version));
    let base = element(page.text(), "base-url");
    assert_eq!(base.as_deref(), Some("https://mint.test"));
    for link in [
        "/docs",
        "/docs#first-steps",
        "/openapi.json",
        "/healthz",
        "/readyz",
    ] {
        assert!(page.text().contains(&format!("href=\"{link}\"")), "{link}");
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let answer = browse(&stage, path);
        assert_eq!(answer.status, 200, "{link}");
        let has_anchor = answer.text().contains(&format!("id=\"{anchor}\""));
        assert!(anchor.is_empty() || has_anchor, "{link}");
    }
    for accept in [None, Some("*/*"), Some("application/json")] {
        let request = accept.iter().fold(Request::get("/"), |request, accept| {
            request.header("Accept", *accept)
        });
        let answer = stage.api.send(&request);
        assert_eq!(answer.header("vary"), Some("accept"));
        let expected = json!({
            "name": "Mintage",
            "version": version,
            "docs": "https://mint.test/docs",
            "openapi": "https://mint.test/openapi.json",
            "liveness": "https://mint.test/healthz",
            "readiness": "https://mint.test/readyz",
        });
        assert_eq!(answer.expect(200), expected, "{accept:?}");
    }
}

#[test]
fn a_browser_gets_a_page_about_an_error_and_every_other_client_the_same_json() {
    let stage = Stage::silent(&[]);
    for (method, path, status, code) in [
        ("GET", "/nowhere", 404, "common/not-found"),
        ("GET", "/%3Cscript%3E", 404, "common/not-found"),
        ("POST", "/docs", 405, "common/method-not-allowed"),
        ("DELETE", "/thanks/cs_1", 405, "common/method-not-allowed"),
    ] {
        let page = Request::new(method, path).header("Accept", BROWSER);
        let page = stage.api.send(&page);
        assert_eq!(page.status, status, "{path}");
        assert_page(&page);
        assert_eq!(element(page.text(), "error-code").as_deref(), Some(code));
        let id = page.header("x-request-id").expect("an id");
        assert_eq!(element(page.text(), "request-id").as_deref(), Some(id));
        assert!(!page.text().contains("<script"), "{path}");
        let json = stage.api.send(&Request::new(method, path));
        assert_eq!(json.error(), (status, code.to_owned()), "{path}");
        assert_eq!(json.header("content-type"), Some("application/json"));
        for answer in [&page, &json] {
            assert_eq!(answer.header("vary"), Some("accept"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
        assert_eq!(page.header("allow"), json.header("allow"), "{path}");
    }
}

#[test]
fn the_api_answers_json_to_a_browser_too() {
    let stage = Stage::silent(&[]);
    for (method, path, error) in [
        ("GET", "/v1/nowhere", (404, "common/not-found")),
        ("GET", "/v1", (404, "common/not-found")),
        ("GET", "/v1/licenses", (401, "api/key-invalid")),
        ("GET", "/v1/validate", (405, "common/method-not-allowed")),
        (
            "GET",
            "/api/acme/checkout",
            (405, "common/method-not-allowed"),
        ),
        ("POST", "/readyz", (405, "common/method-not-allowed")),
    ] {
        let request = Request::new(method, path).header("Accept", BROWSER);
        let answer = stage.api.send(&request);
        assert_eq!(answer.error(), (error.0, error.1.to_owned()), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("vary"), None, "{path}");
    }
}

#[test]
fn the_script_of_the_pages_is_a_file_of_its_own() {
    let stage = Stage::silent(&[]);
    let script = stage.api.send(&Request::get("/assets/page.js"));
    assert_eq!(script.status, 200);
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    assert!(!script.text().contains("innerHTML"), "it writes text alone");
}

#[test]
fn the_documentation_is_searched_without_a_script() {
    let stage = Stage::silent(&[]);
    let shown = |query: &str| {
        let page = browse(&stage, &format!("/docs?q={query}"));
        assert_eq!(page.status, 200);
        let calls = page.text().split("<article id=\"").skip(1);
        let ids = calls.map(|rest| rest.split('"').next().expect("an end").to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(shown("heartbeat+POST"), ["recordHeartbeat"]);
    assert_eq!(shown("%2Fv1%2FDEACTIVATE"), ["deactivateLicense"]);
    assert!(shown("no-call-has-this").is_empty());
    for all in ["", "+++"] {
        assert!(shown(all).len() > 100, "{all}");
    }
    let quoted = browse(&stage, "/docs?q=%22%3E%3Cscript%3E");
    assert!(!quoted.text().contains("><script"));
}
