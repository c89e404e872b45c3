//! The description that the server gives of itself: complete, consistent, and kept in `docs/`.

#![expect(
    clippy::unwrap_used,
    reason = "a description of another shape is a failed test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mintage::description::openapi_json;
use mintage_runtime::problem::ErrorCode;
use serde_json::Value;

fn described() -> Value {
    serde_json::from_str(&openapi_json().unwrap()).unwrap()
}

/// Every call, with its path and method.
fn calls(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, call)| (format!("{method} {path}"), call))
    });
    all.collect()
}

/// Every value of this name, however deep.
fn all_named<'a>(name: &str, within: &'a Value, found: &mut Vec<&'a Value>) {
    match within {
        Value::Object(object) => {
            found.extend(object.get(name));
            object
                .values()
                .for_each(|value| all_named(name, value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| all_named(name, value, found)),
        _ => {}
    }
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .map(|items| items.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

#[test]
fn the_committed_description_is_the_generated_one() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = fs::read_to_string(place).unwrap_or_default();
    assert!(
        committed == openapi_json().unwrap(),
        "docs/openapi.json is not what the handlers say. Look at what changed, after:\n\n    \
         cargo run --locked -- openapi > docs/openapi.json\n"
    );
}

#[test]
fn every_call_says_what_it_is_for_and_has_a_name_of_its_own() {
    let document = described();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().collect();
    let tags: BTreeSet<&str> = tags.iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut names = BTreeSet::new();
    for (place, call) in calls(&document) {
        let name = call["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{place}: {name} is another call's name");
        assert!(!call["summary"].as_str().unwrap().ends_with('.'), "{place}");
        let [tag] = texts(&call["tags"])[..] else {
            panic!("{place} has one tag")
        };
        assert!(tags.contains(tag), "{place}: {tag} is no tag of ours");
    }
    assert!(names.len() > 5, "{names:?}");
}

#[test]
fn every_call_has_its_caller_and_the_codes_that_go_with_it() {
    let document = described();
    let known: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    for (place, call) in calls(&document) {
        let codes = texts(&call["x-error-codes"]);
        for code in &codes {
            assert!(known.contains(code), "{place}: {code} is unknown");
        }
        let mut callers = call["security"].as_array().into_iter().flatten();
        let signed = callers.any(|caller| caller.get("apiKey").is_some());
        assert_eq!(signed, codes.contains(&"api/timestamp-replay"), "{place}");
        if place.contains(" /v1/") {
            assert!(codes.contains(&"api/key-invalid"), "{place}: who calls it?");
        }
        let path_has_a_name = place.contains('{');
        let told = call["parameters"].as_array().is_some_and(|all| {
            let mut all = all.iter();
            all.any(|parameter| parameter["in"] == "path")
        });
        assert_eq!(path_has_a_name, told, "{place}: its path's parameters");
    }
}

#[test]
fn every_answer_carries_what_it_must() {
    let document = described();
    for (place, call) in calls(&document) {
        for (status, answer) in call["responses"].as_object().unwrap() {
            let answer = match answer["$ref"].as_str() {
                Some(place) => document.pointer(place.trim_start_matches('#')).unwrap(),
                None => answer,
            };
            let has = |header: &str| answer["headers"].get(header).is_some();
            assert!(has("X-Request-Id"), "{place}: {status}");
            let may_wait = ["429", "503"].contains(&status.as_str());
            assert!(!may_wait || has("Retry-After"), "{place}: {status}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = described();
    let mut references = Vec::new();
    all_named("$ref", &document, &mut references);
    assert!(
        references.len() > 50,
        "only {} references",
        references.len()
    );
    for reference in references {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{pointer} leads nowhere"
        );
    }
}

#[test]
fn every_code_has_the_status_and_a_line_of_its_own_in_the_documents() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/API.md");
    let page = fs::read_to_string(place).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let mut seen = BTreeSet::new();
    for code in ErrorCode::ALL {
        let (status, code) = (code.status(), code.as_str());
        assert!(seen.insert(code), "{code} stands twice");
        let quoted = format!("`{code}`");
        let told = rows.iter().any(|row| {
            let statuses = row.get(1).copied().unwrap_or_default();
            statuses.contains(&status.to_string())
                && row.get(2).is_some_and(|codes| codes.contains(&quoted))
        });
        assert!(told, "{status} {quoted} is not in docs/API.md");
    }
    let documented = rows
        .iter()
        .flat_map(|row| row.get(2).copied().unwrap_or_default().split('`'));
    let documented: BTreeSet<&str> = documented
        .filter(|word| {
            let is_code = seen.contains(word) || word.contains('/');
            is_code && !word.contains([' ', '{']) && !word.starts_with('/')
        })
        .collect();
    assert_eq!(
        seen, documented,
        "runtime/src/problem/code.rs against docs/API.md"
    );
}

#[test]
fn the_document_has_what_generators_of_clients_need() {
    let document = described();
    assert!(document["info"]["license"]["identifier"].is_string());
    assert_eq!(document["servers"].as_array().map(Vec::len), Some(1));
    // openapi-generator writes a broken client from this section, and drops the calls of the same tag.
    assert!(document.get("webhooks").is_none());
    assert!(
        document["components"]["schemas"]
            .get("LicenseEvent")
            .is_some()
    );
    for (place, call) in calls(&document) {
        assert!(call["security"].is_array(), "{place} says who may call it");
        for (status, answer) in call["responses"].as_object().unwrap() {
            let content = answer["content"]["application/json"].as_object();
            if let Some(schema) = content.and_then(|content| content.get("schema"))
                && place != "get /openapi.json"
            {
                let is_named = schema.get("$ref").is_some();
                assert!(is_named, "{place}: {status} has a schema without a name");
            }
        }
    }
}
