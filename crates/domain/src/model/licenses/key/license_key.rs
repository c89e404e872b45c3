//! A license key in the clear.

use std::fmt;

use crate::model::licenses::key::checksum::{ProductSecret, RANDOM_SYMBOLS};
use crate::model::licenses::key::format::KeyFormat;
use crate::model::licenses::key::hash::KeyHash;
use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::presented::{InvalidKey, trimmed};
use crate::model::licenses::key::symbols;

/// A license key as it is printed for its owner. It has no `Display`, and its `Debug` does not
/// show it.
#[derive(Clone)]
pub struct LicenseKey {
    printed: String,
    format: Option<KeyFormat>,
}

impl LicenseKey {
    /// A classic key from 80 random bits. The prefix is one that the format accepts.
    pub fn classic(prefix: &KeyPrefix, random: [u8; 10]) -> Self {
        let symbols = symbols::encode(symbols::number(&random), KeyFormat::Classic.symbols());
        Self::generated(KeyFormat::Classic, prefix, &symbols)
    }

    /// A checked key from 100 random bits (the last 4 of the 13 bytes are not used) and the
    /// product's secret.
    pub fn checked(prefix: &KeyPrefix, random: [u8; 13], secret: &ProductSecret) -> Self {
        let mut symbols = symbols::encode(symbols::number(&random) >> 4, RANDOM_SYMBOLS);
        symbols.push_str(&secret.checksum(prefix, &symbols));
        Self::generated(KeyFormat::Checked, prefix, &symbols)
    }

    /// A key that another system sold. It is only trimmed: its case, its spaces and its dashes are
    /// part of it.
    pub fn imported(text: &str) -> Result<Self, InvalidKey> {
        let printed = trimmed(text)?.to_owned();
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
