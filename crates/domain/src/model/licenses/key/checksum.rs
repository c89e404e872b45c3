//! The last four symbols of a checked key.

use std::fmt;

use ring::hmac;

use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::symbols;

/// How many random symbols a checked key has before its checksum.
pub(super) const RANDOM_SYMBOLS: usize = 20;
/// How many symbols the checksum has: 20 bits.
pub(super) const CHECK_SYMBOLS: usize = 4;

/// The 32 bytes under which a product's checked keys are signed. They do not print.
#[derive(Clone)]
pub struct ProductSecret([u8; 32]);

impl ProductSecret {
    /// A secret of 32 random bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves, to be sealed.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 20 bits of HMAC-SHA256 over prefix, `|` and the random symbols, as 4 symbols.
    pub(super) fn checksum(&self, prefix: &KeyPrefix, random: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let signed = format!("{}|{random}", prefix.as_str());
        let tag = hmac::sign(&key, signed.as_bytes());
        let first_24_bits = tag
            .as_ref()
            .first_chunk::<3>()
            .map_or(0, |b| symbols::number(b));
        symbols::encode(first_24_bits >> 4, CHECK_SYMBOLS)
    }
}

impl fmt::Debug for ProductSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProductSecret(…)")
    }
}
