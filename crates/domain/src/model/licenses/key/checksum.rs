//! The checksum of checked keys, which is their last four symbols.

use std::fmt;

use crate::base::hmac::hmac_sha256;
use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::symbols;

/// The number of random symbols of a checked key, before its checksum.
pub(super) const RANDOM_SYMBOLS: usize = 20;
/// The number of symbols of the checksum (20 bits).
pub(super) const CHECK_SYMBOLS: usize = 4;

/// The 32 bytes under which the checksums of a product's keys are computed. Their `Debug` is
/// redacted.
#[derive(Clone)]
pub struct ProductSecret([u8; 32]);

impl ProductSecret {
    /// Wraps 32 random bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The plain bytes, to be sealed.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 20 bits of the HMAC-SHA256 of prefix, `|` and the random symbols, as 4 symbols.
    pub(super) fn checksum(&self, prefix: &KeyPrefix, random: &str) -> String {
        let signed = format!("{}|{random}", prefix.as_str());
        let tag = hmac_sha256(&self.0, signed.as_bytes());
        symbols::encode(tag.as_ref(), CHECK_SYMBOLS)
    }
}

impl fmt::Debug for ProductSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProductSecret(…)")
    }
}
