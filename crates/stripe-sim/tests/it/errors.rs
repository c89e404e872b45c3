use awc::http::Method;
use mintage_stripe_sim::{API_VERSION, Config};

use crate::bench::{Bench, LIVE, TEST};

#[actix_web::test]
async fn keys_are_taken_as_bearer_or_as_the_user_of_basic() {
    let bench = Bench::start(Config::default());
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
        let reply = bench.call(Method::GET, "/v1/account", "", &headers).await;
        assert_eq!(reply.status, status, "{authorization}");
        assert!(!reply.body.to_string().contains(TEST), "{}", reply.body);
    }
}

#[actix_web::test]
async fn every_answer_names_its_request_and_the_version() {
    let bench = Bench::start(Config::default());
    let bearer = format!("Bearer {TEST}");
    let asked = [
        ("Authorization", bearer.as_str()),
        ("Stripe-Version", "2026-10-28.endive"),
    ];
    for (path, status) in [
        ("/v1/account", 200),
        ("/v1/nothing", 404),
        ("/v1/products/prod_x", 404),
    ] {
        let reply = bench.call(Method::GET, path, "", &asked[..1]).await;
        assert_eq!(reply.status, status);
        assert!(
            reply
                .header("Request-Id")
                .is_some_and(|id| id.starts_with("req_"))
        );
        assert_eq!(reply.header("Stripe-Version"), Some(API_VERSION));
        let reply = bench.call(Method::GET, path, "", &asked).await;
        assert_eq!(reply.header("Stripe-Version"), Some("2026-10-28.endive"));
    }
}

#[actix_web::test]
async fn methods_and_paths_off_the_table_are_unrecognized() {
    let bench = Bench::start(Config::default());
    for (method, path) in [
        (Method::DELETE, "/v1/products/prod_x"),
        (Method::GET, "/v1/products/prod_x/more"),
        (Method::GET, "/v1/products/"),
        (Method::POST, "/v1/events"),
        (Method::GET, "/"),
    ] {
        let reply = bench.call(method.clone(), path, "", &[]).await;
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
    let bench = Bench::start(Config::default());
    for (maker, reader, hint) in [
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
        let product = bench
            .post_as(maker, "", "/v1/products", "name=a")
            .await
            .id();
        let path = format!("/v1/products/{product}");
        let reply = bench.post_as(reader, "", &path, "name=b").await;
        assert_eq!((reply.status, reply.code()), (404, "resource_missing"));
        assert!(
            reply.text("/error/message").contains(hint),
            "{}",
            reply.body
        );
    }
}
