//! The line that the log has of each request.

use serde_json::{Value, json};

use crate::harness::{Request, Seller, Stage, eventually};

#[test]
fn a_request_has_one_line_with_each_field_once_and_health_checks_have_none_at_info() {
    let mut stage = Stage::new();
    let server = stage.serve_apart();
    let create = [
        "tenant", "create", "--tenant", "acme", "--email", "a@b.test", "--json",
    ];
    let token = server.run(&create)["managementToken"].clone();
    let seller = Seller::of(&stage, "acme", token.as_str().expect("a token").to_owned());
    let forwarded =
        |path: &str| seller.manage(Request::get(path).header("X-Forwarded-For", "203.0.113.9"));
    let answers = [
        forwarded("/v1/products"),
        forwarded("/v1/customers/cus_0000"),
        stage
            .api
            .send(&Request::get("/v1/products").bearer("mt_wrong")),
        stage
            .api
            .send(&Request::get("/stripe/callback?code=x&state=y")),
        stage.api.send(&Request::get("/healthz")),
    ];
    let id = seller.items("/v1/tokens")[0]["id"].clone();
    let line_of = |id: &str| -> Value {
        let log = server.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut of_it = lines.filter(|line| line["request_id"] == id && line["route"].is_string());
        let line = of_it.next().unwrap_or_default();
        assert!(of_it.next().is_none(), "one line");
        line
    };
    let lines = answers.map(|answer| {
        let id = answer.header("x-request-id").expect("an id").to_owned();
        eventually("the line", || Some(line_of(&id)).filter(Value::is_object))
    });
    let fields = |line: &Value| {
        let mut fields = line.clone();
        let object = fields.as_object_mut().expect("an object");
        for varying in ["timestamp", "target", "request_id", "micros"] {
            assert!(object.remove(varying).is_some(), "{varying}: {line}");
        }
        fields
    };
    let expected = [
        json!({"level": "INFO", "method": "GET", "route": "/v1/products", "status": 200,
            "client": "203.0.113.9", "tenant": "acme", "credential": id}),
        json!({"level": "INFO", "method": "GET", "route": "/v1/customers/{id}", "status": 404,
            "client": "203.0.113.9", "tenant": "acme", "credential": id, "error": "common/not-found"}),
        json!({"level": "INFO", "method": "GET", "route": "/v1/products", "status": 401,
            "client": "127.0.0.1", "error": "api/key-invalid"}),
        json!({"level": "INFO", "method": "GET", "route": "/stripe/callback", "status": 400,
            "client": "127.0.0.1", "error": "oauth/state-invalid"}),
        json!({"level": "DEBUG", "method": "GET", "route": "/healthz", "status": 200,
            "client": "127.0.0.1"}),
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert_eq!(fields(line), expected);
    }
}
