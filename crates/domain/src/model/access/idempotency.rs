//! Calls that a caller may send again: what is kept of the first, so that the second gets its
//! answer.

use std::time::Duration;

use crate::base::id::{ApiKeyId, LicenseId};
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;

/// For how long a call may be sent again.
pub const TTL: Duration = Duration::from_hours(24);

/// What a caller calls a call: the `Idempotency-Key` header, 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(String);

/// A text that is no [`IdempotencyKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        match text.len() {
            1..=255 if visible => Ok(Self(text.to_owned())),
            _ => Err(InvalidIdempotencyKey),
        }
    }

    /// The key as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which call it was. Callers of one product and mode share their keys; no others do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyId {
    /// In whose account.
    pub tenant: TenantId,
    /// For which product.
    pub product: ProductId,
    /// In which mode.
    pub mode: Mode,
    /// What the caller calls it.
    pub key: IdempotencyKey,
}

/// A call that minted a license. It keeps no license key: the answer is made again from the
/// license, whose key is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Which call.
    pub call: IdempotencyId,
    /// The hash of its body: another body under the same key is another call.
    pub body: SecretHash,
    /// What it minted.
    pub license: LicenseId,
    /// Which API key signed it.
    pub api_key: ApiKeyId,
    /// From when on the key is free again.
    pub expires_at: Timestamp,
    /// Counts changes: a key that is free again is taken by the next call.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_key_is_visible_ascii_of_bounded_length() {
        for (text, good) in [
            ("a".to_owned(), true),
            ("order-42/é".to_owned(), false),
            ("{~!}".to_owned(), true),
            ("k".repeat(255), true),
            ("k".repeat(256), false),
            (String::new(), false),
            ("two words".to_owned(), false),
            ("tab\t".to_owned(), false),
        ] {
            let parsed = IdempotencyKey::parse(&text).map(|key| key.as_str() == text);
            assert_eq!(
                parsed,
                good.then_some(true).ok_or(InvalidIdempotencyKey),
                "{text}"
            );
        }
    }
}
