//! The programs of `docs/examples/verify-webhook` accept what the server signs, and agree with the golden
//! vectors that authors of receivers check theirs against.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mintage_domain::model::outbox::webhook_signature::{
    WebhookSecret, keylight_signature, standard_webhooks_signature,
};
use serde::Deserialize;

#[path = "../../../docs/examples/verify-webhook/verify.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::pedantic,
    clippy::print_stdout,
    reason = "the program is written for people who copy it"
)]
mod verify;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(rename = "about")]
    _about: Vec<String>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    secret: String,
    now: u64,
    headers: BTreeMap<String, String>,
    body: String,
    accepted: bool,
}

impl Vector {
    /// The request as it arrives.
    fn request(&self) -> Vec<u8> {
        let mut request = "POST /webhook HTTP/1.1\r\n".to_owned();
        for (name, value) in &self.headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.extend(["\r\n", &self.body]);
        request.into_bytes()
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn vectors() -> Vec<Vector> {
    let page = std::fs::read(docs().join("webhook-vectors.json")).expect("a page");
    let page: Page = serde_json::from_slice(&page).expect("vectors");
    let names: BTreeSet<&str> = page.vectors.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), page.vectors.len(), "each has its own name");
    page.vectors
}

/// Whether a program accepts the request of a vector.
fn accepts(interpreter: &str, program: &str, vector: &Vector) -> bool {
    let mut child = Command::new(interpreter)
        .arg(docs().join("examples/verify-webhook").join(program))
        .env("WEBHOOK_SECRET", &vector.secret)
        .env("WEBHOOK_NOW", vector.now.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{interpreter}, which scripts/test installs: {error}"));
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(&vector.request()).expect("room");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) if printed.trim() == "accepted" => true,
        Some(1) if errors.starts_with("refused: ") => false,
        status => panic!("{program}, {}: {status:?} {errors}", vector.name),
    }
}

#[test]
fn the_programs_accept_and_refuse_what_they_should() {
    for (interpreter, program) in [("python3", "verify.py"), ("node", "verify.mjs")] {
        for vector in vectors() {
            let accepted = accepts(interpreter, program, &vector);
            assert_eq!(accepted, vector.accepted, "{program}: {}", vector.name);
        }
    }
}

#[test]
fn the_program_in_rust_accepts_and_refuses_what_it_should() {
    for vector in vectors() {
        let request = vector.request();
        let (headers, body) = verify::read_request(&request);
        let verdict = verify::verify(&vector.secret, &headers, body, vector.now);
        assert_eq!(verdict.is_ok(), vector.accepted, "{}", vector.name);
    }
}

#[test]
fn the_vectors_are_signed_as_the_server_signs() {
    let mut signed = 0;
    for vector in vectors() {
        let header = |name: &str| vector.headers.get(name).map_or("", String::as_str);
        let secret = [WebhookSecret::parse(&vector.secret).expect("a secret")];
        let (id, body) = (header("webhook-id"), vector.body.as_bytes());
        let Ok(at) = header("webhook-timestamp").parse() else {
            continue;
        };
        let keylight = keylight_signature(&secret, at, body);
        let standard = standard_webhooks_signature(&secret, id, at, body);
        if vector.headers.len() == 4 && header("X-Keylight-Signature") == keylight {
            assert_eq!(header("webhook-signature") == standard, vector.accepted);
            signed += usize::from(vector.accepted);
        }
    }
    assert!(signed >= 3, "{signed}");
}
