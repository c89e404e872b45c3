//! `Stripe-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256>[,v1=...][,v0=...]`.

use data_encoding::HEXLOWER_PERMISSIVE;
use mintage_domain::base::time::Timestamp;
use ring::hmac;

/// How far the header's time may lie from ours, in seconds, either way.
const TOLERANCE: u64 = 300;

/// An honest header has one signature for each secret that is being rolled, some 80 bytes each.
const LONGEST: usize = 1024;

/// A header that can be checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature<'a> {
    /// The time as it was written, which is what is signed.
    written: &'a str,
    seconds: i64,
    tags: Vec<Vec<u8>>,
}

impl<'a> Signature<'a> {
    /// Reads a header: one time, and at least one `v1`; other schemes are passed over.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        if header.len() > LONGEST {
            return None;
        }
        let mut time = None;
        let mut tags = Vec::new();
        for (scheme, value) in header.split(',').filter_map(|part| part.split_once('=')) {
            match scheme.trim() {
                // Two times would leave open which one is signed.
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

    /// Whether one of the tags was made with the secret over these very bytes.
    pub(crate) fn fits(&self, secret: &str, body: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [self.written.as_bytes(), b".", body].concat();
        self.tags
            .iter()
            .any(|tag| hmac::verify(&key, &signed, tag).is_ok())
    }

    /// Whether it was made about now.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.seconds.abs_diff(now.unix_seconds()) <= TOLERANCE
    }
}
