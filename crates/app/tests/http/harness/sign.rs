//! The signatures, made with nothing of Mintage's, so that they judge it.

use data_encoding::{BASE64, HEXLOWER};
use ring::hmac;

fn hmac_sha256(key: &[u8], signed: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, signed).as_ref().to_vec()
}

/// Hex of the HMAC over `t.body`, keyed with the text of the secret: Stripe, Keylight, KeyStack.
pub(crate) fn over_time_dot_body(secret: &str, t: &str, body: &[u8]) -> String {
    let signed = [t.as_bytes(), b".", body].concat();
    HEXLOWER.encode(&hmac_sha256(secret.as_bytes(), &signed))
}

/// KeyStack's of version 2: over the lines of a call, the body the last of them.
pub(crate) fn over_lines(secret: &str, lines: &[&str], body: &[u8]) -> String {
    let head = [lines, &[""]].concat().join("\n");
    let signed = [head.as_bytes(), body].concat();
    format!(
        "v2={}",
        HEXLOWER.encode(&hmac_sha256(secret.as_bytes(), &signed))
    )
}

/// `Stripe-Signature`, and Keylight's in the same form.
pub(crate) fn stripe(secret: &str, unix_seconds: i64, body: &[u8]) -> String {
    let tag = over_time_dot_body(secret, &unix_seconds.to_string(), body);
    format!("t={unix_seconds},v1={tag}")
}

/// Standard Webhooks: `v1,<base64>` over `id.t.body`, keyed with what the secret's tail encodes.
pub(crate) fn standard_webhooks(secret: &str, id: &str, t: &str, body: &[u8]) -> String {
    let tail = secret.strip_prefix("whsec_").expect("whsec_");
    let key = BASE64.decode(tail.as_bytes()).expect("base64");
    let signed = [id.as_bytes(), b".", t.as_bytes(), b".", body].concat();
    format!("v1,{}", BASE64.encode(&hmac_sha256(&key, &signed)))
}
