use awc::http::Method;
use mintage_stripe_sim::Config;

use crate::test_sim::{TEST, TestSim, checkout};

/// One line of the table: a rejected call and its error.
struct RejectedCall {
    method: &'static str,
    path: &'static str,
    form: &'static str,
    code: &'static str,
    param: &'static str,
    /// The beginning of the message.
    message: &'static str,
}

fn rejected_calls() -> Vec<RejectedCall> {
    let lines = include_str!("rejected_calls.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(parse_line).collect()
}

fn parse_line(line: &'static str) -> RejectedCall {
    let mut cells = line
        .splitn(5, " | ")
        .map(|cell| if cell == "-" { "" } else { cell });
    let mut cell = || cells.next().expect("five cells");
    let (method, path) = cell().split_once(' ').expect("a method and a path");
    RejectedCall {
        method,
        path,
        form: cell(),
        code: cell(),
        param: cell(),
        message: cell(),
    }
}

#[actix_web::test]
async fn every_call_rejects_unknown_missing_and_mistyped_parameters_as_stripe_does() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let price = sim.price(&account).await;
    let product = sim
        .get(&account, "/v1/products")
        .await
        .text("/data/0/id")
        .to_owned();
    let session = sim.session(&account).await;
    let form = format!("line_items[0][price]={price}&line_items[0][quantity]=1");
    let link = sim.post(&account, "/v1/payment_links", &form).await.id();
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
            .replace("{link}", &link)
    };
    for rejected in rejected_calls() {
        let (path, form) = (fill(rejected.path), fill(rejected.form));
        let reply = match rejected.method {
            "GET" => {
                sim.call(Method::GET, &format!("{path}?{form}"), "", &headers)
                    .await
            }
            method => {
                let method = method.parse().expect("a method");
                sim.call(method, &path, &form, &headers).await
            }
        };
        let error = &reply.body["error"];
        let param = error["param"].as_str();
        let actual = (reply.status, reply.text("/error/type"), reply.code(), param);
        let status = if rejected.code == "resource_missing" {
            404
        } else {
            400
        };
        let expected = (
            status,
            "invalid_request_error",
            rejected.code,
            Some(rejected.param),
        );
        assert_eq!(actual, expected, "{path} {form}: {error}");
        let message = reply.text("/error/message");
        assert!(
            message.starts_with(rejected.message),
            "{path} {form}: {message}"
        );
    }
}

#[actix_web::test]
async fn the_table_contains_every_call() {
    let sim = TestSim::start(Config::default());
    for call in sim.list("calls").await {
        let same = |rejected: &RejectedCall| {
            let path = rejected
                .path
                .replace("product}", "id}")
                .replace("price}", "id}")
                .replace("link}", "id}")
                .replace("session}", "id}");
            call["method"] == rejected.method && call["path"] == path
        };
        assert!(rejected_calls().iter().any(same), "{call}");
    }
}

#[actix_web::test]
async fn metadata_has_the_limits_of_stripe() {
    let sim = TestSim::start(Config::default());
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
        let reply = sim
            .post("", "/v1/products", &format!("name=a{metadata}"))
            .await;
        assert_eq!(reply.status, status, "{metadata}");
    }
}
