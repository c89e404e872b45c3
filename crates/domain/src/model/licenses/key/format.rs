//! The two formats of generated keys.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::licenses::key::checksum::{CHECK_SYMBOLS, RANDOM_SYMBOLS};
use crate::model::licenses::key::prefix::KeyPrefix;

/// How a product's keys look. Written `classic` and `checked`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFormat {
    /// `ACME-4B2K-9XJP-T8WM-Q3VZ`
    Classic,
    /// `KS-7F3K9-9XYKM-4N2A1-Q7C9F-WT2K`
    Checked,
}

/// The format of a product that names none.
impl Default for KeyFormat {
    fn default() -> Self {
        Self::Classic
    }
}

/// The text is neither `classic` nor `checked`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key format is `classic` or `checked`")]
pub struct InvalidKeyFormat;

impl KeyFormat {
    /// Both formats.
    pub const ALL: [Self; 2] = [Self::Classic, Self::Checked];

    /// Reads `classic` or `checked`, in lower case.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or(InvalidKeyFormat)
    }

    /// `classic` or `checked`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Checked => "checked",
        }
    }

    /// Whether keys of this format may bear the prefix: classic ones want 4 characters.
    pub fn accepts(self, prefix: &KeyPrefix) -> bool {
        match self {
            Self::Classic => prefix.as_str().len() == 4,
            Self::Checked => true,
        }
    }

    /// How many symbols follow the prefix.
    pub(super) fn symbols(self) -> usize {
        self.groups().iter().sum()
    }

    const fn groups(self) -> &'static [usize] {
        match self {
            Self::Classic => &[4, 4, 4, 4],
            Self::Checked => &[
                RANDOM_SYMBOLS / 4,
                RANDOM_SYMBOLS / 4,
                RANDOM_SYMBOLS / 4,
                RANDOM_SYMBOLS / 4,
                CHECK_SYMBOLS,
            ],
        }
    }

    /// The key as printed: the prefix and the symbols in their groups.
    pub(super) fn print(self, prefix: &KeyPrefix, symbols: &str) -> String {
        let mut printed = prefix.as_str().to_owned();
        let mut symbols = symbols.chars();
        for group in self.groups() {
            printed.push('-');
            printed.extend(symbols.by_ref().take(*group));
        }
        printed
    }
}

impl fmt::Display for KeyFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use super::*;

    #[test]
    fn only_classic_keys_want_four_characters() {
        for (prefix, classic, checked) in [
            ("KS", false, true),
            ("ACME", true, true),
            ("ACMES", false, true),
        ] {
            let prefix = KeyPrefix::parse(prefix).unwrap();
            assert_eq!(KeyFormat::Classic.accepts(&prefix), classic, "{prefix}");
            assert_eq!(KeyFormat::Checked.accepts(&prefix), checked, "{prefix}");
        }
    }

    #[test]
    fn a_format_is_read_as_it_is_written() {
        for format in KeyFormat::ALL {
            assert_eq!(KeyFormat::parse(format.as_str()), Ok(format));
            let json = serde_json::to_string(&format).unwrap();
            assert_eq!(json, format!("\"{format}\""));
        }
        assert_eq!(KeyFormat::parse("Classic"), Err(InvalidKeyFormat));
    }
}
