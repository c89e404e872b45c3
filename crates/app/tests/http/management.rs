//! What holds for every management call: envelope, tokens, scopes, foreign ids, pages.

use std::collections::BTreeSet;

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::{Request, Seller, Stage};

type Call = (&'static str, &'static str, TokenScope, Value);

/// Every management call, what its token needs, and a body that is good enough.
fn calls() -> Vec<Call> {
    use TokenScope as S;
    let key_type = json!({"keyTypeId": "lifetime", "displayName": "Lifetime"});
    let product = json!({"productId": "pro", "displayName": "Acme", "keyPrefix": "ACME"});
    let api_key = json!({"productId": "pro", "scope": "PUBLISHABLE", "mode": "live"});
    let (mode, url) = (json!({"mode": "live"}), json!({"url": null}));
    let with_body = [
        ("POST", "/v1/products", S::ProductsWrite, product),
        (
            "POST",
            "/v1/products/pro/key-types",
            S::ProductsWrite,
            key_type,
        ),
        ("POST", "/v1/api-keys", S::ApiKeysWrite, api_key),
        (
            "POST",
            "/v1/api-keys/ak_live_1/rotate",
            S::ApiKeysWrite,
            json!({}),
        ),
        (
            "POST",
            "/v1/licenses/lic_1/extend",
            S::LicensesWrite,
            json!({"duration": "30d"}),
        ),
        (
            "POST",
            "/v1/tokens",
            S::TokensWrite,
            json!({"scopes": ["tokens:write"]}),
        ),
        ("PUT", "/v1/webhook", S::IntegrationsWrite, url),
        (
            "POST",
            "/v1/integrations/stripe/connect",
            S::IntegrationsWrite,
            mode,
        ),
    ];
    let without = [
        ("GET", "/v1/products", S::ProductsRead),
        ("GET", "/v1/products/pro/key-types", S::ProductsRead),
        ("GET", "/v1/api-keys", S::ApiKeysWrite),
        ("POST", "/v1/api-keys/ak_live_1/revoke", S::ApiKeysWrite),
        ("GET", "/v1/tokens", S::TokensWrite),
        ("POST", "/v1/tokens/tok_1/revoke", S::TokensWrite),
        ("GET", "/v1/licenses", S::LicensesRead),
        ("GET", "/v1/licenses/lic_1", S::LicensesRead),
        ("POST", "/v1/licenses/lic_1/freeze", S::LicensesWrite),
        ("POST", "/v1/licenses/lic_1/thaw", S::LicensesWrite),
        ("POST", "/v1/licenses/lic_1/reissue", S::LicensesWrite),
        ("POST", "/v1/licenses/lic_1/revoke", S::LicensesWrite),
        ("POST", "/v1/licenses/lic_1/reveal", S::LicensesReveal),
        ("GET", "/v1/orders", S::LicensesRead),
        ("GET", "/v1/customers", S::LicensesRead),
        ("GET", "/v1/customers/cus_1", S::LicensesRead),
        ("DELETE", "/v1/customers/cus_1", S::LicensesWrite),
        ("GET", "/v1/audit", S::AuditRead),
        ("GET", "/v1/webhook", S::IntegrationsRead),
        ("POST", "/v1/webhook/rotate-secret", S::IntegrationsWrite),
        ("POST", "/v1/webhook/resume", S::IntegrationsWrite),
        ("GET", "/v1/webhook/deliveries", S::IntegrationsRead),
        (
            "POST",
            "/v1/webhook/deliveries/dlv_1/redeliver",
            S::IntegrationsWrite,
        ),
        (
            "POST",
            "/v1/integrations/stripe/setup-prices",
            S::IntegrationsWrite,
        ),
        (
            "POST",
            "/v1/integrations/stripe/rotate-checkout-key",
            S::IntegrationsWrite,
        ),
        ("GET", "/v1/integrations/stripe/status", S::IntegrationsRead),
        ("GET", "/v1/integrations/stripe/parked", S::IntegrationsRead),
        (
            "POST",
            "/v1/integrations/stripe/parked/evt_1/retry",
            S::IntegrationsWrite,
        ),
        ("DELETE", "/v1/integrations/stripe", S::IntegrationsWrite),
    ]
    .map(|(method, path, scope)| (method, path, scope, Value::Null));
    with_body.into_iter().chain(without).collect()
}

fn request(method: &'static str, path: &str, body: &Value) -> Request {
    let request = Request::new(method, path);
    if body.is_null() {
        request
    } else {
        request.json(body)
    }
}

#[test]
fn a_missing_or_wrong_token_is_401_on_every_call() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let before = seller.snapshot();
    for (method, path, _, body) in calls() {
        let call = || request(method, path, &body);
        for bad in [
            call(),
            call().header("Authorization", "Basic YTpi"),
            call().header("Authorization", "Bearer"),
            call().bearer("mt_garbage"),
            call().bearer(&format!("{}x", seller.token)),
            call().header("Authorization", seller.token.clone()),
        ] {
            let answer = stage.api.send(&bad);
            assert_eq!(
                answer.error(),
                (401, "api/key-invalid".into()),
                "{method} {path}"
            );
        }
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_token_without_the_scope_is_403_and_one_with_nothing_else_may_pass() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let before = seller.snapshot();
    let tokens: Vec<(TokenScope, String, String)> = TokenScope::ALL
        .into_iter()
        .map(|scope| {
            let others = TokenScope::ALL.into_iter().filter(|other| *other != scope);
            let others: Vec<TokenScope> = others.collect();
            (
                scope,
                stage.token("acme", &others),
                stage.token("acme", &[scope]),
            )
        })
        .collect();
    let tokens_of = |scope: TokenScope| {
        let mut tokens = tokens.iter();
        tokens.find(|(of, ..)| *of == scope).expect("a token")
    };
    for (method, path, scope, body) in calls() {
        let (_, lacks, _) = tokens_of(scope);
        let answer = stage.api.send(&request(method, path, &body).bearer(lacks));
        assert_eq!(
            answer.error(),
            (403, "authz/role-insufficient".into()),
            "{method} {path}"
        );
        assert!(answer.text().contains(scope.as_str()), "{}", answer.text());
    }
    assert_eq!(seller.snapshot(), before);
    for (method, path, scope, body) in calls() {
        let (.., has) = tokens_of(scope);
        let answer = stage.api.send(&request(method, path, &body).bearer(has));
        assert!(
            !matches!(answer.status, 401 | 403),
            "{method} {path}: {}",
            answer.text()
        );
    }
}

#[test]
fn an_unknown_route_is_404_and_an_unknown_method_405_in_the_envelope() {
    let stage = Stage::silent(&[]);
    for path in [
        "/nothing",
        "/v1",
        "/v1/nothing",
        "/v1/products/",
        "/api/acme",
        "/%00",
        "/v1//licenses",
    ] {
        let answer = stage.api.send(&Request::get(path));
        assert_eq!(answer.error(), (404, "common/not-found".into()), "{path}");
    }
    let mut paths: BTreeSet<&str> = calls().iter().map(|(_, path, ..)| *path).collect();
    paths.extend([
        "/healthz",
        "/readyz",
        "/stripe/callback",
        "/api/stripe/webhook/connect",
        "/api/acme/checkout",
        "/v1/validate",
    ]);
    for path in paths {
        let answer = stage.api.send(&Request::new("PATCH", path));
        assert_eq!(
            answer.error(),
            (405, "common/method-not-allowed".into()),
            "{path}"
        );
    }
}

#[test]
fn a_request_id_is_on_every_answer_and_no_two_are_alike() {
    let stage = Stage::silent(&[]);
    let id = |path: &str| {
        let answer = stage.api.send(&Request::get(path));
        answer.header("x-request-id").expect("an id").to_owned()
    };
    let ids: BTreeSet<String> = [
        "/healthz",
        "/healthz",
        "/readyz",
        "/stripe/callback",
        "/nothing",
    ]
    .map(id)
    .into();
    assert_eq!(ids.len(), 5);
    let ok = |path: &str| stage.api.send(&Request::get(path)).expect(200);
    assert_eq!(ok("/healthz"), json!({"status": "ok"}));
    assert_eq!(ok("/readyz"), json!({"status": "ready"}));
}

#[test]
fn what_belongs_to_another_tenant_is_404_like_what_does_not_exist() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::new(&stage, "other");
    let (_, license) = seller.sell_one();
    let deliveries = seller.items("/v1/webhook/deliveries");
    let id = |value: &Value| value.as_str().expect("an id").to_owned();
    let (of_license, of_customer) = (id(&license["id"]), id(&license["customerId"]));
    let of_delivery = id(&deliveries[0]["id"]);
    let before = (seller.snapshot(), other.snapshot());
    let key_type = json!({"keyTypeId": "x", "displayName": "X"});
    let api_key = json!({"productId": "pro", "scope": "FULL", "mode": "sandbox"});
    for (method, path, body) in [
        ("GET", format!("/v1/licenses/{of_license}"), Value::Null),
        (
            "POST",
            format!("/v1/licenses/{of_license}/freeze"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/licenses/{of_license}/thaw"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/licenses/{of_license}/extend"),
            json!({"duration": "lifetime"}),
        ),
        (
            "POST",
            format!("/v1/licenses/{of_license}/revoke"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/licenses/{of_license}/reveal"),
            Value::Null,
        ),
        ("GET", format!("/v1/customers/{of_customer}"), Value::Null),
        (
            "POST",
            format!("/v1/webhook/deliveries/{of_delivery}/redeliver"),
            Value::Null,
        ),
        ("GET", "/v1/products/pro/key-types".into(), Value::Null),
        ("POST", "/v1/products/pro/key-types".into(), key_type),
        ("POST", "/v1/api-keys".into(), api_key),
        (
            "GET",
            "/v1/licenses/lic_00000000000000000000000000".into(),
            Value::Null,
        ),
        ("GET", "/v1/licenses/%20".into(), Value::Null),
        (
            "GET",
            "/v1/products/No%20Slug/key-types".into(),
            Value::Null,
        ),
    ] {
        let answer = other.manage(request(method, &path, &body));
        assert_eq!(
            answer.error(),
            (404, "common/not-found".into()),
            "{method} {path}"
        );
    }
    assert_eq!((seller.snapshot(), other.snapshot()), before);
    assert!(other.licenses().is_empty());
    for list in [
        "/v1/licenses?email=buyer@example.com".to_owned(),
        format!("/v1/licenses?customer={of_customer}"),
        "/v1/customers".to_owned(),
        "/v1/customers?email=buyer@example.com".to_owned(),
        "/v1/customers?q=buyer".to_owned(),
        format!("/v1/audit?target={of_license}"),
    ] {
        assert!(other.items(&list).is_empty(), "{list}");
    }
}

#[test]
fn a_wrong_type_or_size_of_body_is_refused_wherever_a_body_is_read() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let before = seller.snapshot();
    let too_large = " ".repeat((1 << 20) + 1);
    for (method, path, _, body) in calls() {
        if body.is_null() {
            continue;
        }
        for (kind, body, status, code) in [
            ("text/plain", "{}", 415, "validation/unsupported-media-type"),
            ("application/json", "{", 400, "validation/invalid-input"),
            ("application/json", "[1]", 400, "validation/invalid-input"),
            (
                "application/json",
                &too_large,
                413,
                "validation/body-too-large",
            ),
        ] {
            let answer = seller.manage(Request::new(method, path).body(kind, body));
            assert_eq!(answer.error(), (status, code.to_owned()), "{method} {path}");
        }
    }
    assert_eq!(seller.snapshot(), before);
}
