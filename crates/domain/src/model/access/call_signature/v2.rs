//! Version 2 of a call's signature, which is valid for one route, one body and one use.
//!
//! The signed text is `v2`, the timestamp, the nonce, the method, the path with its query, and the
//! raw body, separated by line breaks. Only the body can contain a line break, so two different
//! calls never have the same text. A text of version 1 starts with a digit, so no text belongs to
//! both versions.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::base::hmac::{hmac_sha256, verify_hmac_sha256};
use crate::base::secret::{Secret, sha256};
use crate::base::text_newtype::text_newtype;

text_newtype! {
    /// The value of `X-KeyStack-Nonce`, which the caller generates for each call: 16 to 64
    /// characters of `A-Z a-z 0-9 _ -`.
    pub struct CallNonce;

    /// The text is not a [`CallNonce`].
    #[error("must have 16 to 64 letters, digits, `_` or `-`")]
    pub struct InvalidCallNonce;

    parse: |text| {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let is_valid = (16..=64).contains(&text.len()) && text.bytes().all(is_allowed);
        is_valid.then(|| text.to_owned())
    };
}

impl CallNonce {
    /// The bytes that are stored once the nonce is used. They differ from those of every signature
    /// of version 1.
    pub fn mark(&self) -> [u8; 32] {
        sha256([b"v2\n", self.0.as_bytes()].concat().as_slice())
    }
}

/// The signed parts of a call.
#[derive(Debug, Clone, Copy)]
pub struct CallText<'a> {
    /// The value of `X-KeyStack-Timestamp`.
    pub timestamp: &'a str,
    /// The value of `X-KeyStack-Nonce`.
    pub nonce: &'a CallNonce,
    /// The HTTP method, in upper case.
    pub method: &'a str,
    /// The path and the query of the request.
    pub target: &'a str,
    /// The raw body.
    pub body: &'a [u8],
}

impl CallText<'_> {
    /// The prefix of a signature, before its hex digits.
    const TAG: &'static str = "v2=";

    /// The bytes that are signed.
    pub fn bytes(&self) -> Vec<u8> {
        [
            b"v2",
            self.timestamp.as_bytes(),
            self.nonce.as_str().as_bytes(),
            self.method.as_bytes(),
            self.target.as_bytes(),
            self.body,
        ]
        .join(&b'\n')
    }

    /// The value of `X-KeyStack-Signature`: `v2=<hex>`, under the API secret.
    pub fn signature(&self, secret: &Secret) -> String {
        let tag = hmac_sha256(secret.expose().as_bytes(), &self.bytes());
        format!("{}{}", Self::TAG, HEXLOWER.encode(tag.as_ref()))
    }

    /// Whether a signature, in hex of either case, matches; compared in constant time.
    pub fn is_signed(&self, secret: &Secret, presented: &str) -> bool {
        let hex = presented.strip_prefix(Self::TAG);
        let tag = hex.and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
        tag.is_some_and(|tag| verify_hmac_sha256(secret.expose().as_bytes(), &self.bytes(), &tag))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::access::call_signature::{keystack_signature, verify_keystack};

    const NONCE: &str = "0123456789abcdef";

    fn secret() -> Secret {
        Secret::new("aks_example_secret")
    }

    fn nonce(text: &str) -> CallNonce {
        CallNonce::parse(text).expect("a nonce")
    }

    fn call(nonce: &CallNonce) -> CallText<'_> {
        CallText {
            timestamp: "1731600000",
            nonce,
            method: "POST",
            target: "/v1/issue",
            body: b"{}",
        }
    }

    /// `printf 'v2\n1731600000\n0123456789abcdef\nPOST\n/v1/issue\n{}' | openssl dgst -sha256
    /// -hmac aks_example_secret -hex`
    #[test]
    fn a_call_is_signed_over_its_lines() {
        let nonce = nonce(NONCE);
        let call = call(&nonce);
        let text = format!("v2\n1731600000\n{NONCE}\nPOST\n/v1/issue\n{{}}");
        assert_eq!(call.bytes(), text.as_bytes());
        let signature = "v2=90eb8e1c82b7a2087655605293e9002f8647fe66fb9f6c15346deef9df04a0ac";
        assert_eq!(call.signature(&secret()), signature);
        let upper = format!("v2={}", signature[3..].to_uppercase());
        for good in [signature, &upper] {
            assert!(call.is_signed(&secret(), good), "{good}");
        }
    }

    #[test]
    fn a_signature_holds_for_all_that_is_signed_and_nothing_else() {
        let (nonce, other) = (nonce(NONCE), nonce("fedcba9876543210"));
        let call = call(&nonce);
        let signature = call.signature(&secret());
        for changed in [
            CallText {
                timestamp: "1731600001",
                ..call
            },
            CallText {
                nonce: &other,
                ..call
            },
            CallText {
                method: "PUT",
                ..call
            },
            CallText {
                target: "/v1/issue?",
                ..call
            },
            CallText {
                target: "/v1/validate",
                ..call
            },
            CallText {
                body: b"{}\n",
                ..call
            },
        ] {
            assert!(!changed.is_signed(&secret(), &signature), "{changed:?}");
        }
        assert!(!call.is_signed(&Secret::new("aks_other"), &signature));
        let hex = &signature[3..];
        for form in [
            hex.to_owned(),
            format!("v1={hex}"),
            format!("V2={hex}"),
            format!("v2={}", &hex[..62]),
            format!("v2={}", &hex[..63]),
            format!("v2=v2={hex}"),
            format!(" {signature}"),
            "v2=".to_owned(),
            String::new(),
        ] {
            assert!(!call.is_signed(&secret(), &form), "{form:?}");
        }
    }

    #[test]
    fn a_nonce_is_16_to_64_plain_characters() {
        for (text, good) in [
            ("aB3_-aB3_-aB3_-a".to_owned(), true),
            ("n".repeat(64), true),
            ("n".repeat(15), false),
            ("n".repeat(65), false),
            (String::new(), false),
            (format!("{NONCE}\n"), false),
            (format!("{NONCE} "), false),
            (format!("{NONCE}+/="), false),
            (format!("{NONCE}é"), false),
        ] {
            assert_eq!(CallNonce::parse(&text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn each_nonce_leaves_a_mark_of_its_own() {
        let marks = [NONCE, "0123456789abcdeF", "0123456789abcdef0"].map(|text| nonce(text).mark());
        assert!(marks[0] != marks[1] && marks[0] != marks[2] && marks[1] != marks[2]);
        // Of a signature of version 1, the hash of its 64 hex digits is stored.
        let hex = "0".repeat(64);
        assert_ne!(nonce(&hex).mark(), sha256(hex.as_bytes()));
    }

    proptest! {
        #[test]
        fn no_signature_is_of_both_versions(
            timestamp in "[0-9]{1,13}",
            target in "/[!-~]{0,40}",
            body: Vec<u8>,
            other: Vec<u8>,
        ) {
            let (nonce, secret) = (nonce(NONCE), secret());
            let call = CallText { timestamp: &timestamp, nonce: &nonce, method: "POST", target: &target, body: &body };
            let second = call.signature(&secret);
            prop_assert!(call.is_signed(&secret, &second));
            let first = keystack_signature(&secret, &timestamp, &other);
            prop_assert!(!call.is_signed(&secret, &first));
            let dressed = format!("v2={first}");
            prop_assert!(!call.is_signed(&secret, &dressed));
            // Whatever body is sent with it: a timestamp that is read starts with a digit.
            for body in [&other, &call.bytes()] {
                prop_assert!(!verify_keystack(&secret, &timestamp, body, &second));
                prop_assert!(!verify_keystack(&secret, &timestamp, body, &second[3..]));
            }
        }

        #[test]
        fn arbitrary_headers_never_panic(text: String, presented: String) {
            let _ = CallNonce::parse(&text);
            let nonce = nonce(NONCE);
            let holds = call(&nonce).is_signed(&secret(), &presented);
            prop_assert!(!holds);
        }
    }
}
