//! Idempotent calls: the record of a call, from which a repeated call gets the same answer.

use std::time::Duration;

use crate::base::id::{ApiKeyId, LicenseId};
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::{ProductId, TenantId};
use crate::base::text_newtype::text_newtype;
use crate::base::time::Timestamp;

/// How long the record of a call is kept.
pub const TTL: Duration = Duration::from_hours(24);

text_newtype! {
    /// The value of the `Idempotency-Key` header: 1 to 255 visible ASCII characters.
    pub struct IdempotencyKey;

    /// The text is not an [`IdempotencyKey`].
    #[error("must have 1 to 255 visible ASCII characters")]
    pub struct InvalidIdempotencyKey;

    parse: |text| {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_valid = (1..=255).contains(&text.len()) && is_visible;
        is_valid.then(|| text.to_owned())
    };
}

/// The identity of an idempotent call. Keys are unique within a product and mode: callers of
/// different products or modes may use the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IdempotencyId {
    /// The tenant of the caller.
    pub tenant: TenantId,
    /// The product of the caller.
    pub product: ProductId,
    /// The mode of the caller.
    pub mode: Mode,
    /// The key that the caller chose.
    pub key: IdempotencyKey,
}

/// The record of a call that issued a license. It holds no license key: a repeated call is answered
/// from the license, whose key is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IdempotencyRecord {
    /// The identity of the call.
    pub call: IdempotencyId,
    /// The hash of the request body. A call with the same key and another body is refused.
    pub body: SecretHash,
    /// The license that the call issued.
    pub license: LicenseId,
    /// The API key that signed the call; `None` if a service that embeds the domain made the call.
    pub api_key: Option<ApiKeyId>,
    /// From when on the idempotency key can be used for another call.
    pub expires_at: Timestamp,
    /// Number of times the row was written; guards compare it. The call that reuses an expired
    /// key writes the row again.
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
