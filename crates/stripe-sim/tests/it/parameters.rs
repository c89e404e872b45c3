use awc::http::Method;
use mintage_stripe_sim::Config;

use crate::bench::{Bench, TEST, checkout};

/// One line of the table: a call that is refused, and how.
struct Refusal {
    method: &'static str,
    path: &'static str,
    form: &'static str,
    code: &'static str,
    param: &'static str,
    /// What the message begins with.
    message: &'static str,
}

fn refusals() -> Vec<Refusal> {
    let lines = include_str!("refusals.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(refusal).collect()
}

fn refusal(line: &'static str) -> Refusal {
    let mut cells = line
        .splitn(5, " | ")
        .map(|cell| if cell == "-" { "" } else { cell });
    let mut cell = || cells.next().expect("five cells");
    let (method, path) = cell().split_once(' ').expect("a method and a path");
    Refusal {
        method,
        path,
        form: cell(),
        code: cell(),
        param: cell(),
        message: cell(),
    }
}

#[actix_web::test]
async fn every_call_refuses_unknown_missing_and_mistyped_parameters_as_stripe_does() {
    let bench = Bench::start(Config::default());
    let account = bench.account(&[false]).await;
    let price = bench.price(&account).await;
    let product = bench
        .get(&account, "/v1/products")
        .await
        .text("/data/0/id")
        .to_owned();
    let session = bench.session(&account).await;
    let bearer = format!("Bearer {TEST}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Stripe-Account", account.as_str()),
    ];
    let fill = |text: &str| {
        let text = text.replace("{checkout}", &checkout("{price}"));
        text.replace("{price}", &price)
            .replace("{product}", &product)
            .replace("{session}", &session)
    };
    for refusal in refusals() {
        let (path, form) = (fill(refusal.path), fill(refusal.form));
        let reply = match refusal.method {
            "GET" => {
                bench
                    .call(Method::GET, &format!("{path}?{form}"), "", &headers)
                    .await
            }
            _ => bench.call(Method::POST, &path, &form, &headers).await,
        };
        let error = &reply.body["error"];
        let param = error["param"].as_str();
        let seen = (reply.status, reply.text("/error/type"), reply.code(), param);
        let status = if refusal.code == "resource_missing" {
            404
        } else {
            400
        };
        let expected = (
            status,
            "invalid_request_error",
            refusal.code,
            Some(refusal.param),
        );
        assert_eq!(seen, expected, "{path} {form}: {error}");
        let message = reply.text("/error/message");
        assert!(
            message.starts_with(refusal.message),
            "{path} {form}: {message}"
        );
    }
}

#[actix_web::test]
async fn the_table_of_refusals_leaves_out_no_call() {
    let bench = Bench::start(Config::default());
    for call in bench.watch("calls").await {
        let same = |refusal: &Refusal| {
            let path = refusal
                .path
                .replace("product}", "id}")
                .replace("price}", "id}");
            call["method"] == refusal.method && call["path"] == path.replace("session}", "id}")
        };
        assert!(refusals().iter().any(same), "{call}");
    }
}

#[actix_web::test]
async fn metadata_has_stripe_s_limits() {
    let bench = Bench::start(Config::default());
    let entry = |n: usize| format!("&metadata[k{n}]=v");
    let many = |count: usize| (0..count).map(entry).collect::<Vec<_>>().concat();
    let cases = [
        (many(50), 200),
        (many(51), 400),
        (format!("&metadata[{}]=v", "k".repeat(40)), 200),
        (format!("&metadata[{}]=v", "k".repeat(41)), 400),
        (format!("&metadata[k]={}", "v".repeat(500)), 200),
        (format!("&metadata[k]={}", "v".repeat(501)), 400),
    ];
    for (metadata, status) in cases {
        let reply = bench
            .post("", "/v1/products", &format!("name=a{metadata}"))
            .await;
        assert_eq!(reply.status, status, "{metadata}");
    }
}
