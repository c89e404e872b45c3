//! A license key in plain text.

use std::fmt;

use crate::base::secret::Secret;
use crate::model::licenses::key::checksum::{ProductSecret, RANDOM_SYMBOLS};
use crate::model::licenses::key::format::KeyFormat;
use crate::model::licenses::key::hash::KeyHash;
use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::presented::{InvalidKey, cleaned};
use crate::model::licenses::key::symbols;

/// A license key as printed for its owner. It has no `Display`, and its `Debug` is redacted.
#[derive(Clone)]
pub struct LicenseKey {
    printed: Secret,
    format: Option<KeyFormat>,
}

impl LicenseKey {
    /// Generates a classic key from 80 random bits.
    pub fn classic(prefix: &KeyPrefix, random: [u8; 10]) -> Self {
        let symbols = symbols::encode(&random, KeyFormat::Classic.symbols());
        Self::generated(KeyFormat::Classic, prefix, &symbols)
    }

    /// Generates a checked key from 100 random bits (the last 4 bits of the 13 bytes are not used)
    /// and the product's secret.
    pub fn checked(prefix: &KeyPrefix, random: [u8; 13], secret: &ProductSecret) -> Self {
        let mut symbols = symbols::encode(&random, RANDOM_SYMBOLS);
        symbols.push_str(&secret.checksum(prefix, &symbols));
        Self::generated(KeyFormat::Checked, prefix, &symbols)
    }

    /// Reads a key that another system sold, as [`PresentedKey`](super::PresentedKey) reads what a
    /// buyer sends: without what nobody sees, and otherwise unchanged.
    pub fn imported(text: &str) -> Result<Self, InvalidKey> {
        let printed = Secret::new(cleaned(text)?);
        let format = None;
        Ok(Self { printed, format })
    }

    fn generated(format: KeyFormat, prefix: &KeyPrefix, symbols: &str) -> Self {
        Self {
            printed: Secret::new(format.print(prefix, symbols)),
            format: Some(format),
        }
    }

    /// The key in plain text, for its owner.
    pub fn expose(&self) -> &str {
        self.printed.expose()
    }

    /// The hash by which the license is looked up.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(self.expose())
    }

    /// The key with its middle hidden: prefix and last group of a generated key, as in
    /// `ACME-****-****-****-Q3VZ`; the last 4 characters of an imported key, if it has more than 8.
    pub fn masked(&self) -> String {
        if self.format.is_some() {
            return self.masked_groups();
        }
        let hidden = self.expose().chars().count().saturating_sub(4);
        if hidden <= 4 {
            return "****".to_owned();
        }
        let visible: String = self.expose().chars().skip(hidden).collect();
        format!("****{visible}")
    }

    fn masked_groups(&self) -> String {
        let last = self.expose().split('-').count().saturating_sub(1);
        let groups: Vec<String> = self
            .expose()
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
