//! `GET /v1/audit`: who did what to what.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::Value;

use crate::harness::{Request, Seller, Stage};

/// A seller who has made a product and two keys, and revoked the first, a minute apart; returns
/// the keys.
fn busy(stage: &Stage) -> (Seller, [String; 2]) {
    let seller = Seller::new(stage, "acme");
    stage.advance(Duration::from_mins(1));
    seller.product("pro", "classic");
    let keys = ["live", "sandbox"].map(|mode| {
        stage.advance(Duration::from_mins(1));
        seller.api_key("pro", "FULL", mode).id
    });
    stage.advance(Duration::from_mins(1));
    let revoke = Request::post(format!("/v1/api-keys/{}/revoke", keys[0]));
    seller.manage(revoke).expect(200);
    (seller, keys)
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().expect("a text")
}

/// What was done, newest first.
fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|it| text(it, "action")).collect()
}

const ALL: [&str; 5] = [
    "api-key.revoked",
    "api-key.created",
    "api-key.created",
    "product.created",
    "tenant.created",
];

#[test]
fn what_was_done_is_told_newest_first_with_who_did_it() {
    let stage = Stage::silent(&[]);
    let (seller, keys) = busy(&stage);
    let all = seller.items("/v1/audit");
    assert_eq!(actions(&all), ALL);
    let newest = all[0].as_object().expect("an object");
    let names: Vec<&String> = newest.keys().collect();
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(text(&all[0], "id").starts_with("aud_"));
    assert!(text(&all[0], "at").ends_with('Z'));
    assert_eq!(all[0]["target"], keys[0].as_str());
    assert!(text(&all[0], "actor").starts_with("token:tok_"));
    assert_eq!(
        (text(&all[4], "actor"), text(&all[4], "target")),
        ("operator", "acme")
    );
    assert_eq!(text(&all[0], "address"), "127.0.0.1");
    assert!(text(&all[0], "requestId").starts_with("req_"));
    assert_ne!(all[0]["requestId"], all[1]["requestId"]);
    assert_eq!(
        (&all[4]["address"], &all[4]["requestId"]),
        (&Value::Null, &Value::Null)
    );
    assert!(!format!("{all:?}").contains(&seller.token));

    let first = seller.get("/v1/audit?limit=3");
    let next = first["nextCursor"].as_str().expect("more");
    let rest = seller.items(&format!("/v1/audit?limit=3&cursor={next}"));
    assert_eq!(rest, all[3..]);
}

#[test]
fn the_trail_is_filtered_by_action_target_actor_and_time() {
    let stage = Stage::silent(&[]);
    let (seller, keys) = busy(&stage);
    let all = seller.items("/v1/audit");
    let (first, second) = (&keys[0], &keys[1]);
    let token = text(&all[0], "actor");
    let [newest, revoke_before, product] = [0, 1, 3].map(|i: usize| text(&all[i], "at"));
    for (query, expected) in [
        ("action=api-key.created".to_owned(), vec![1, 2]),
        ("action=api-key".to_owned(), vec![]),
        ("action=%25".to_owned(), vec![]),
        (format!("target={first}"), vec![0, 2]),
        (format!("target={second}"), vec![1]),
        (format!("target={first}&action=api-key.revoked"), vec![0]),
        (format!("target={second}&action=api-key.revoked"), vec![]),
        (format!("actor={token}"), vec![0, 1, 2, 3]),
        ("actor=operator".to_owned(), vec![4]),
        ("actor=token".to_owned(), vec![]),
        (format!("from={newest}"), vec![0]),
        (format!("from={product}&to={newest}"), vec![1, 2, 3]),
        (format!("to={product}"), vec![4]),
        (
            format!("from={revoke_before}&action=api-key.created"),
            vec![1],
        ),
        ("from=2999-01-01".to_owned(), vec![]),
        ("to=2001-01-01".to_owned(), vec![]),
    ] {
        let listed = seller.items(&format!("/v1/audit?{query}"));
        let expected: Vec<Value> = expected
            .into_iter()
            .map(|i: usize| all[i].clone())
            .collect();
        assert_eq!(listed, expected, "{query}");
    }
}

#[test]
fn a_question_that_cannot_be_is_400_and_names_each_bad_parameter() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let long = "x".repeat(256);
    for (query, fields) in [
        ("from=yesterday", &["from"][..]),
        ("to=2027-02-30", &["to"]),
        ("from=", &["from"]),
        ("action=", &["action"]),
        ("target=a%00", &["target"]),
        ("actor=%00", &["actor"]),
        (&format!("action={long}"), &["action"]),
        (
            &format!("target={long}&from=x&to=y"),
            &["target", "from", "to"],
        ),
    ] {
        let answer = seller.manage(Request::get(format!("/v1/audit?{query}")));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{query}"
        );
        assert_eq!(answer.bad_fields(), fields, "{query}");
    }
}

#[test]
fn only_the_holder_of_its_scope_reads_the_trail_and_only_their_own() {
    let stage = Stage::silent(&[]);
    let (seller, keys) = busy(&stage);
    let stranger = Seller::new(&stage, "other");
    assert_eq!(actions(&stranger.items("/v1/audit")), ["tenant.created"]);
    let about_it = format!("/v1/audit?target={}", keys[0]);
    assert!(stranger.items(&about_it).is_empty());
    let others = TokenScope::ALL.into_iter();
    let others: Vec<_> = others.filter(|it| *it != TokenScope::AuditRead).collect();
    let lacking = stage.token("acme", &others);
    let refused = stage.api.send(&Request::get("/v1/audit").bearer(&lacking));
    assert_eq!(refused.error(), (403, "authz/role-insufficient".into()));
    let auditor = stage.token("acme", &[TokenScope::AuditRead]);
    let read = stage.api.send(&Request::get(about_it).bearer(&auditor));
    assert_eq!(read.expect(200)["items"].as_array().map(Vec::len), Some(2));
    // That a token was made is written down too.
    assert_eq!(seller.items("/v1/audit?action=token.created").len(), 2);
}

#[test]
fn a_command_lists_the_trail_as_the_api_does() {
    let stage = Stage::silent(&[]);
    let (seller, keys) = busy(&stage);
    let at = text(&seller.items("/v1/audit")[0], "at").to_owned();
    for (words, query) in [
        (String::new(), String::new()),
        (
            format!("--target {}", keys[0]),
            format!("?target={}", keys[0]),
        ),
        ("--actor operator".to_owned(), "?actor=operator".to_owned()),
        (format!("--from {at}"), format!("?from={at}")),
        (
            format!("--to {at} --action product.created"),
            format!("?to={at}&action=product.created"),
        ),
    ] {
        let all = format!("audit list --tenant acme --json {words}");
        let arguments: Vec<&str> = all.split_whitespace().collect();
        let expected = seller.items(&format!("/v1/audit{query}"));
        assert_eq!(stage.command(&arguments), Ok(expected), "{words}");
    }
    for (words, complaint) in [
        ("audit list --tenant nobody", "no such tenant"),
        ("audit list --tenant acme --from yesterday", "--from"),
    ] {
        let arguments: Vec<&str> = words.split(' ').collect();
        let said = stage.command(&arguments).expect_err(words);
        assert!(said.contains(complaint), "{words}: {said}");
    }
}
