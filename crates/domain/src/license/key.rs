//! License keys: how they are made, printed, masked and hashed.
//!
//! - `classic`, `ACME-4B2K-9XJP-T8WM-Q3VZ`: a prefix of 4 characters and 16 random symbols of 5
//!   bits, 80 bits. Nobody finds one by guessing: with a million keys sold, a guess hits with
//!   probability 2^-60.
//! - `checked`, `KS-7F3K9-9XYKM-4N2A1-Q7C9F-WT2K`: 20 random symbols, 100 bits, then 4 symbols, 20
//!   bits, of an HMAC under the product's secret. All but one typo or guess in a million is refused
//!   without a look at the database.
//! - imported: whatever another system sold, 4 to 128 characters, kept as it is.
//!
//! The symbols are Crockford's base32: digits and letters without I, L, O and U. A key is looked up
//! by its hash, and the hash is that of the key as printed. What a person types is brought back to
//! that form first: see [`PresentedKey`].

mod checksum;
mod format;
mod presented;
mod symbols;

use std::fmt;

use data_encoding::HEXLOWER;
use thiserror::Error;

pub use checksum::ProductSecret;
pub use format::{InvalidKeyFormat, InvalidKeyPrefix, KeyFormat, KeyPrefix};
pub use presented::PresentedKey;

use crate::secret::sha256;

/// A license key as it is printed for its owner. It has no `Display`, and its `Debug` does not
/// show it.
#[derive(Clone)]
pub struct LicenseKey {
    printed: String,
    format: Option<KeyFormat>,
}

/// Why a text is no license key. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// Fewer than 4 or more than 128 characters.
    #[error("a license key has 4 to 128 characters")]
    Length,
    /// It holds a control character, such as a line break.
    #[error("a license key holds no control characters")]
    ControlCharacter,
}

/// The SHA-256 of a key as printed: what a license is found by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash([u8; 32]);

impl LicenseKey {
    /// A classic key from 80 random bits. The prefix is one that the format accepts.
    pub fn classic(prefix: &KeyPrefix, random: [u8; 10]) -> Self {
        let symbols = symbols::encode(symbols::number(&random), KeyFormat::Classic.symbols());
        Self::generated(KeyFormat::Classic, prefix, &symbols)
    }

    /// A checked key from 100 random bits (the last 4 of the 13 bytes are not used) and the
    /// product's secret.
    pub fn checked(prefix: &KeyPrefix, random: [u8; 13], secret: &ProductSecret) -> Self {
        let mut symbols = symbols::encode(symbols::number(&random) >> 4, checksum::RANDOM_SYMBOLS);
        symbols.push_str(&secret.checksum(prefix, &symbols));
        Self::generated(KeyFormat::Checked, prefix, &symbols)
    }

    /// A key that another system sold. It is only trimmed: its case, its spaces and its dashes are
    /// part of it.
    pub fn imported(text: &str) -> Result<Self, InvalidKey> {
        let printed = presented::trimmed(text)?.to_owned();
        let format = None;
        Ok(Self { printed, format })
    }

    fn generated(format: KeyFormat, prefix: &KeyPrefix, symbols: &str) -> Self {
        Self {
            printed: format.print(prefix, symbols),
            format: Some(format),
        }
    }

    /// The key itself, for its owner.
    pub fn expose(&self) -> &str {
        &self.printed
    }

    /// What the license is found by.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.printed)
    }

    /// What may be shown of the key: `ACME-****-****-****-Q3VZ`, the prefix and the last group. Of
    /// an imported key the last 4 characters, and only when it has more than 8.
    pub fn masked(&self) -> String {
        if self.format.is_some() {
            return self.masked_groups();
        }
        let hidden = self.printed.chars().count().saturating_sub(4);
        if hidden <= 4 {
            return "****".to_owned();
        }
        let shown: String = self.printed.chars().skip(hidden).collect();
        format!("****{shown}")
    }

    fn masked_groups(&self) -> String {
        let last = self.printed.split('-').count().saturating_sub(1);
        let groups: Vec<String> = self
            .printed
            .split('-')
            .enumerate()
            .map(|(place, group)| match place {
                0 => group.to_owned(),
                place if place == last => group.to_owned(),
                _ => "*".repeat(group.len()),
            })
            .collect();
        groups.join("-")
    }
}

impl fmt::Debug for LicenseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LicenseKey(…)")
    }
}

impl KeyHash {
    fn of(printed: &str) -> Self {
        Self(sha256(printed.as_bytes()))
    }

    /// A hash as it was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as it is stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 lower-case hex digits.
impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({self})")
    }
}

#[cfg(test)]
mod tests;
