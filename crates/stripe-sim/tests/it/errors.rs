use awc::http::Method;
use mintage_stripe_sim::{API_VERSION, Config};

use crate::test_sim::{LIVE, TEST, TestSim};

#[actix_web::test]
async fn a_key_is_a_bearer_token_or_the_user_of_basic() {
    let sim = TestSim::start(Config::default());
    let basic = data_encoding::BASE64.encode(format!("{TEST}:").as_bytes());
    let cases = [
        (format!("Bearer {TEST}"), 200),
        (format!("Basic {basic}"), 200),
        (format!("Bearer {TEST}x"), 401),
        (format!("Digest {TEST}"), 401),
        (String::new(), 401),
    ];
    for (authorization, status) in cases {
        let headers = [("Authorization", authorization.as_str())];
        let reply = sim.call(Method::GET, "/v1/account", "", &headers).await;
        assert_eq!(reply.status, status, "{authorization}");
        assert!(!reply.body.to_string().contains(TEST), "{}", reply.body);
    }
}

#[actix_web::test]
async fn every_response_has_a_request_id_and_a_version() {
    let sim = TestSim::start(Config::default());
    let bearer = format!("Bearer {TEST}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Stripe-Version", "2026-10-28.endive"),
    ];
    for (path, status) in [
        ("/v1/account", 200),
        ("/v1/nothing", 404),
        ("/v1/products/prod_x", 404),
    ] {
        let reply = sim.call(Method::GET, path, "", &headers[..1]).await;
        assert_eq!(reply.status, status);
        assert!(
            reply
                .header("Request-Id")
                .is_some_and(|id| id.starts_with("req_"))
        );
        assert_eq!(reply.header("Stripe-Version"), Some(API_VERSION));
        let reply = sim.call(Method::GET, path, "", &headers).await;
        assert_eq!(reply.header("Stripe-Version"), Some("2026-10-28.endive"));
    }
}

#[actix_web::test]
async fn unknown_methods_and_paths_are_unrecognized() {
    let sim = TestSim::start(Config::default());
    for (method, path) in [
        (Method::DELETE, "/v1/products/prod_x"),
        (Method::GET, "/v1/products/prod_x/more"),
        (Method::GET, "/v1/products/"),
        (Method::POST, "/v1/events"),
        (Method::GET, "/"),
    ] {
        let reply = sim.call(method.clone(), path, "", &[]).await;
        let expected = format!("Unrecognized request URL ({method}: {path}).");
        assert_eq!(reply.status, 404);
        assert!(
            reply.text("/error/message").starts_with(&expected),
            "{}",
            reply.body
        );
    }
}

#[actix_web::test]
async fn an_object_of_the_other_mode_is_missing_with_a_hint() {
    let sim = TestSim::start(Config::default());
    for (creator, reader, hint) in [
        (
            TEST,
            LIVE,
            "a similar object exists in test mode, but a live mode key",
        ),
        (
            LIVE,
            TEST,
            "a similar object exists in live mode, but a test mode key",
        ),
    ] {
        let product = sim
            .post_as(creator, "", "/v1/products", "name=a")
            .await
            .id();
        let path = format!("/v1/products/{product}");
        let reply = sim.post_as(reader, "", &path, "name=b").await;
        assert_eq!((reply.status, reply.code()), (404, "resource_missing"));
        assert!(
            reply.text("/error/message").contains(hint),
            "{}",
            reply.body
        );
    }
}
