//! Signatures of messages: those we send to webhooks, and KeyStack's, which callers send to us.
//!
//! All are HMAC-SHA256; they differ in what is signed, under which key, and how it is written.

mod v2;

pub use v2::{CallNonce, CallText, InvalidCallNonce};

use std::fmt;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::hmac;
use thiserror::Error;

use crate::secret::Secret;
use crate::time::Timestamp;

/// How far a caller's clock may be from ours, either way.
pub const KEYSTACK_TOLERANCE: Duration = Duration::from_mins(5);

/// A webhook's signing secret: `whsec_` and the base64 of 24 to 64 random bytes. It does not print.
#[derive(Clone)]
pub struct WebhookSecret {
    text: Secret,
    key: Vec<u8>,
}

/// The text is no signing secret. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a webhook's signing secret is whsec_ and the base64 of 24 to 64 bytes")]
pub struct InvalidWebhookSecret;

impl WebhookSecret {
    const PREFIX: &'static str = "whsec_";

    /// A secret of 32 random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self {
            text: Secret::new(format!("{}{}", Self::PREFIX, BASE64.encode(&random))),
            key: random.to_vec(),
        }
    }

    /// Reads a secret as it was shown.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookSecret> {
        let tail = text
            .strip_prefix(Self::PREFIX)
            .ok_or(InvalidWebhookSecret)?;
        let key = BASE64
            .decode(tail.as_bytes())
            .map_err(|_| InvalidWebhookSecret)?;
        if !(24..=64).contains(&key.len()) {
            return Err(InvalidWebhookSecret);
        }
        let text = Secret::new(text);
        Ok(Self { text, key })
    }

    /// The whole text, for its owner.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The value of `X-Keylight-Signature`: `t=<unix seconds>,v1=<hex>` over `t.body`, under the whole
/// text of the secret.
pub fn keylight_signature(secret: &WebhookSecret, unix_seconds: i64, body: &[u8]) -> String {
    let key = secret.expose().as_bytes();
    let signed = [unix_seconds.to_string().as_bytes(), body].join(&b'.');
    let tag = hmac_sha256(key, &signed);
    format!("t={unix_seconds},v1={}", HEXLOWER.encode(tag.as_ref()))
}

/// The value of Standard Webhooks' `webhook-signature`: `v1,<base64>` over `id.t.body`, under the
/// bytes that the secret's tail encodes. `id` is the value of `webhook-id` and holds no dot.
pub fn standard_webhooks_signature(
    secret: &WebhookSecret,
    id: &str,
    unix_seconds: i64,
    body: &[u8],
) -> String {
    let timestamp = unix_seconds.to_string();
    let signed = [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.');
    format!(
        "v1,{}",
        BASE64.encode(hmac_sha256(&secret.key, &signed).as_ref())
    )
}

/// The value of `X-KeyStack-Signature` in version 1: hex over `timestamp.body`, under the API
/// secret. The timestamp is signed as the header has it. [`CallText`] is version 2.
pub fn keystack_signature(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let key = secret.expose().as_bytes();
    let signed = [timestamp.as_bytes(), body].join(&b'.');
    HEXLOWER.encode(hmac_sha256(key, &signed).as_ref())
}

/// Whether a caller's signature, in hex of either case, is right; compared in constant time.
pub fn verify_keystack(secret: &Secret, timestamp: &str, body: &[u8], presented: &str) -> bool {
    let Ok(tag) = HEXLOWER_PERMISSIVE.decode(presented.as_bytes()) else {
        return false;
    };
    verify(secret, &[timestamp.as_bytes(), body].join(&b'.'), &tag)
}

/// Reads `X-KeyStack-Timestamp`: digits that count the Unix epoch's seconds, or its milliseconds
/// when they are above 10^11 (in seconds that would be the year 5138).
pub fn parse_keystack_timestamp(header: &str) -> Option<Timestamp> {
    const LARGEST_SECONDS: i64 = 100_000_000_000;
    if !header.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = header.parse().ok()?;
    if number <= LARGEST_SECONDS {
        return Timestamp::from_unix_seconds(number);
    }
    let whole = Timestamp::from_unix_seconds(number.checked_div(1_000)?)?;
    let millis = u64::try_from(number.checked_rem(1_000)?).ok()?;
    Some(whole.plus(Duration::from_millis(millis)))
}

/// Whether two instants are at most `tolerance` apart, either way.
pub fn within_tolerance(at: Timestamp, now: Timestamp, tolerance: Duration) -> bool {
    now.since(at) <= tolerance && at.since(now) <= tolerance
}

fn hmac_sha256(key: &[u8], signed: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed)
}

fn verify(secret: &Secret, signed: &[u8], tag: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hmac::verify(&key, signed, tag).is_ok()
}

#[cfg(test)]
mod tests;
