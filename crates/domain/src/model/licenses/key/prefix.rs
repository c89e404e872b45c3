//! What a product's keys begin with.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

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
}
