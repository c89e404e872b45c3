//! The two formats of generated keys, and their prefixes.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::checksum::{CHECK_SYMBOLS, RANDOM_SYMBOLS};

/// How a product's keys look. Written `classic` and `checked`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFormat {
    /// `ACME-4B2K-9XJP-T8WM-Q3VZ`
    Classic,
    /// `KS-7F3K9-9XYKM-4N2A1-Q7C9F-WT2K`
    Checked,
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

/// What a product's keys begin with: 2 to 8 upper-case ASCII letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyPrefix(String);

/// The text is no prefix of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key prefix has 2 to 8 upper-case letters or digits")]
pub struct InvalidKeyPrefix;

impl KeyPrefix {
    /// Reads a prefix.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyPrefix> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        if (2..=8).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyPrefix)
        }
    }

    /// The prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for KeyPrefix {
    type Error = InvalidKeyPrefix;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<KeyPrefix> for String {
    fn from(prefix: KeyPrefix) -> Self {
        prefix.0
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
    fn a_prefix_is_two_to_eight_upper_case_letters_and_digits() {
        for text in ["KS", "ACME", "4B2K", "LILO", "ABCDEFGH"] {
            assert_eq!(KeyPrefix::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "A", "ABCDEFGHI", "acme", "AC-E", "ACM ", "\u{c9}TE"] {
            assert_eq!(KeyPrefix::parse(text), Err(InvalidKeyPrefix), "{text}");
        }
    }

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
