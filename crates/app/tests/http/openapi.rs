//! The OpenAPI document as a running server answers it.

use mintage::description::openapi_json;
use serde_json::Value;

use crate::harness::{Request, Stage};

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];

#[test]
fn the_description_is_served_as_it_is_printed() {
    let stage = Stage::new();
    let answer = stage.api.send(&Request::get("/openapi.json"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.text(), openapi_json().expect("JSON"));
}

#[test]
fn the_page_for_people_has_every_call_and_loads_nothing() {
    let stage = Stage::new();
    let answer = stage.api.send(&Request::get("/docs"));
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(policy.ends_with("; form-action 'self'"), "{policy}");
    let page = answer.text();
    for loads in [
        "<script", "<link", "<img", "<iframe", " src=", "@import", "url(",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
    let document: Value = serde_json::from_str(&openapi_json().expect("JSON")).expect("JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("calls") {
            let anchor = format!(
                "<article id=\"{}\">",
                call["operationId"].as_str().expect("an id")
            );
            assert!(page.contains(&anchor), "{method} {path}");
        }
    }
    // Each example in Rust can be parsed.
    let programs: Vec<&str> = page.split("<summary>Rust</summary><pre><code>").collect();
    assert!(programs.len() > 60, "{}", programs.len());
    for program in &programs[1..] {
        let (program, _) = program.split_once("</code>").expect("an end");
        let characters = [
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&#60;", "<"),
            ("&#62;", ">"),
            ("&#38;", "&"),
        ];
        let program = characters
            .into_iter()
            .fold(program.to_owned(), |text, (from, to)| {
                text.replace(from, to)
            });
        if let Err(error) = syn::parse_file(&program) {
            panic!("{error}: {program}");
        }
    }
    // Whoever follows a link on the page finds something there.
    let links = page.split("href=\"/docs#").skip(1);
    assert!(links.clone().count() > 200);
    for link in links.chain(page.split("href=\"#").skip(1)) {
        let to = link.split('"').next().expect("an end");
        assert!(
            page.contains(&format!("id=\"{to}\"")),
            "#{to} leads nowhere"
        );
    }
}

#[test]
fn every_described_call_is_there_and_no_other() {
    let stage = Stage::new();
    let document: Value = serde_json::from_str(&openapi_json().expect("JSON")).expect("JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        // A placeholder's own form does not matter: who calls is asked first.
        let place = path.replace(['{', '}'], "");
        for method in METHODS {
            let request = Request::new(method, &place).body("application/json", "{}");
            let answer = stage.api.send(&request);
            let described: Vec<&str> = METHODS
                .into_iter()
                .filter(|method| item.get(method.to_ascii_lowercase()).is_some())
                .collect();
            if described.contains(&method) {
                assert_ne!(answer.status, 405, "{method} {path}");
            } else {
                let refusal = (405, "common/method-not-allowed".to_owned());
                assert_eq!(answer.error(), refusal, "{method} {path}");
                let allowed = answer.header("allow").map(|list| {
                    list.split(", ")
                        .filter(|method| *method != "HEAD")
                        .collect()
                });
                assert_eq!(allowed.map(sorted), Some(sorted(described)), "{path}");
            }
        }
    }
}

fn sorted(mut list: Vec<&str>) -> Vec<&str> {
    list.sort_unstable();
    list
}
