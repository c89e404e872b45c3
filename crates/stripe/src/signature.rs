//! `Stripe-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256>[,v1=...][,v0=...]`.

use data_encoding::HEXLOWER_PERMISSIVE;
use mintage_domain::base::time::Timestamp;
use ring::hmac;

/// The largest accepted difference between the header's time and now, in seconds, either way.
const TOLERANCE: u64 = 300;

/// The largest accepted header, in bytes. Stripe sends one signature of about 80 bytes for each
/// secret that is valid during a rotation.
const MAX_HEADER: usize = 1024;

/// A parsed signature header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature<'a> {
    /// The time as it stands in the header, which is part of the signed text.
    written: &'a str,
    seconds: i64,
    tags: Vec<Vec<u8>>,
}

impl<'a> Signature<'a> {
    /// Parses a header: one time, and at least one `v1`. Other schemes are ignored.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        if header.len() > MAX_HEADER {
            return None;
        }
        let mut time = None;
        let mut tags = Vec::new();
        for (scheme, value) in header.split(',').filter_map(|part| part.split_once('=')) {
            match scheme.trim() {
                // With two times it would be ambiguous which one is signed.
                "t" if time.is_some() => return None,
                "t" => time = Some(value),
                "v1" => tags.extend(HEXLOWER_PERMISSIVE.decode(value.as_bytes()).ok()),
                _ => {}
            }
        }
        let written = time.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        Some(Self {
            written,
            seconds: written.parse().ok()?,
            tags,
        })
        .filter(|signature| !signature.tags.is_empty())
    }

    /// Whether one of the tags is the HMAC of the time and the body under the secret.
    pub(crate) fn matches(&self, secret: &str, body: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [self.written.as_bytes(), b".", body].concat();
        self.tags
            .iter()
            .any(|tag| hmac::verify(&key, &signed, tag).is_ok())
    }

    /// Whether the header's time is within the tolerance.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.seconds.abs_diff(now.unix_seconds()) <= TOLERANCE
    }
}
