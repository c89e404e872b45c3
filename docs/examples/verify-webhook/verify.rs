//! Verifies the signatures of a webhook from Mintage, with the crates `ring` and `data-encoding`:
//!
//! ```toml
//! [dependencies]
//! data-encoding = "2"
//! ring = "0.17"
//! ```
//!
//! As a program it reads a request from standard input, as the request arrived, and the signing secret from
//! WEBHOOK_SECRET:
//!
//! ```sh
//! WEBHOOK_SECRET=whsec_... cargo run < request.txt
//! ```

use std::collections::HashMap;
use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use ring::hmac::{HMAC_SHA256, Key, verify as verify_hmac};

/// A request that is older than this may be a captured one that is sent again.
const TOLERANCE_SECONDS: u64 = 300;

/// Header values by name, in lower case.
pub type Headers = HashMap<String, String>;

fn check_time(timestamp: &str, now: u64) -> Result<(), &'static str> {
    let is_number = !timestamp.is_empty() && timestamp.bytes().all(|it| it.is_ascii_digit());
    let seconds = timestamp.parse::<u64>().ok().filter(|_| is_number);
    let seconds = seconds.ok_or("the timestamp is not a number")?;
    if now.abs_diff(seconds) > TOLERANCE_SECONDS {
        return Err("the timestamp is too far from the time of this machine");
    }
    Ok(())
}

/// While a secret is rotated, a request is signed with the old and the new one: one match is enough. `ring`
/// compares in constant time.
fn check_signature(
    key: &[u8],
    signed: &[u8],
    candidates: impl IntoIterator<Item = Vec<u8>>,
) -> Result<(), &'static str> {
    let key = Key::new(HMAC_SHA256, key);
    let is_match = |tag: Vec<u8>| verify_hmac(&key, signed, &tag).is_ok();
    if candidates.into_iter().any(is_match) {
        Ok(())
    } else {
        Err("no signature matches")
    }
}

/// `X-Keylight-Signature: t=<seconds>,v1=<hex>[,v1=<hex>...]`; the key is the whole text of the secret.
pub fn verify_keylight(
    secret: &str,
    header: &str,
    body: &[u8],
    now: u64,
) -> Result<(), &'static str> {
    let fields = || header.split(',').filter_map(|it| it.trim().split_once('='));
    let timestamp = fields().find_map(|(name, value)| (name == "t").then_some(value));
    let timestamp = timestamp.unwrap_or_default();
    check_time(timestamp, now)?;
    let signed = [timestamp.as_bytes(), body].join(&b'.');
    let tags = fields().filter(|(name, _)| *name == "v1");
    let tags = tags.filter_map(|(_, tag)| HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok());
    check_signature(secret.as_bytes(), &signed, tags)
}

/// `webhook-signature: v1,<base64>[ v1,<base64>...]`; the key is what the base64 after `whsec_` encodes.
pub fn verify_standard_webhooks(
    secret: &str,
    headers: &Headers,
    signatures: &str,
    body: &[u8],
    now: u64,
) -> Result<(), &'static str> {
    let header = |name: &str| headers.get(name).map_or("", String::as_str);
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    check_time(timestamp, now)?;
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = BASE64.decode(key.as_bytes());
    let key = key.map_err(|_| "the secret is not a signing secret")?;
    let signed = [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.');
    let tags = signatures.split(' ').filter_map(|it| it.split_once(','));
    let tags = tags.filter(|(version, _)| *version == "v1");
    let tags = tags.filter_map(|(_, tag)| BASE64.decode(tag.as_bytes()).ok());
    check_signature(&key, &signed, tags)
}

/// Verifies the signature of either kind, or both. The body is the bytes that arrived: parse them afterwards.
pub fn verify(secret: &str, headers: &Headers, body: &[u8], now: u64) -> Result<(), &'static str> {
    let keylight = headers.get("x-keylight-signature");
    let standard = headers.get("webhook-signature");
    if keylight.is_none() && standard.is_none() {
        return Err("the request is not signed");
    }
    if let Some(header) = keylight {
        verify_keylight(secret, header, body, now)?;
    }
    if let Some(signatures) = standard {
        verify_standard_webhooks(secret, headers, signatures, body, now)?;
    }
    Ok(())
}

/// The headers and the body of a request.
pub fn read_request(request: &[u8]) -> (Headers, &[u8]) {
    let end = request.windows(4).position(|it| it == b"\r\n\r\n");
    let end = end.unwrap_or(request.len());
    let head = String::from_utf8_lossy(&request[..end]);
    let lines = head.split("\r\n").skip(1);
    let fields = lines.filter_map(|line| line.split_once(':'));
    let headers = fields
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    (headers, request.get(end + 4..).unwrap_or_default())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let (headers, body) = read_request(&request);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    verify(&std::env::var("WEBHOOK_SECRET")?, &headers, body, now)?;
    println!("accepted");
    Ok(())
}
