//! The golden vectors that authors of clients check theirs against are what the server checks.

use std::collections::BTreeSet;
use std::path::Path;

use mintage_domain::base::secret::Secret;
use mintage_domain::model::access::call_signature::{
    CallNonce, CallText, keystack_signature, parse_keystack_timestamp, verify_keystack,
};
use serde::Deserialize;

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
    version: u8,
    secret: String,
    timestamp: String,
    nonce: Option<String>,
    method: Option<String>,
    target: Option<String>,
    body: String,
    signature: String,
}

impl Vector {
    /// The signature we would make, and whether we take the one that stands there.
    fn judged(&self) -> (String, bool) {
        let secret = Secret::new(self.secret.as_str());
        let (timestamp, body) = (self.timestamp.as_str(), self.body.as_bytes());
        match (self.version, &self.nonce, &self.method, &self.target) {
            (1, None, None, None) => (
                keystack_signature(&secret, timestamp, body),
                verify_keystack(&secret, timestamp, body, &self.signature),
            ),
            (2, Some(nonce), Some(method), Some(target)) => {
                let text = CallText {
                    timestamp,
                    nonce: &CallNonce::parse(nonce).expect("a nonce"),
                    method,
                    target,
                    body,
                };
                let taken = text.is_signed(&secret, &self.signature);
                (text.signature(&secret), taken)
            }
            (version, ..) => panic!("{}: not the fields of version {version}", self.name),
        }
    }
}

#[test]
fn the_golden_vectors_are_what_the_server_checks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/signature-vectors.json");
    let text = std::fs::read_to_string(path).expect("the vectors are there");
    let page: Page = serde_json::from_str(&text).expect("their form is known");
    let mut signatures = BTreeSet::new();
    for vector in &page.vectors {
        let (name, stated) = (&vector.name, vector.signature.clone());
        assert_eq!(vector.judged(), (stated, true), "{name}");
        assert!(
            parse_keystack_timestamp(&vector.timestamp).is_some(),
            "{name}"
        );
        assert!(
            signatures.insert(&vector.signature),
            "{name} stands there twice"
        );
    }
    for version in [1, 2] {
        let of_it = page.vectors.iter().filter(|it| it.version == version);
        assert!(of_it.count() >= 6, "of version {version}");
    }
}
