//! The prefixes of a product's license keys.

use serde::{Deserialize, Serialize};

use crate::base::text_newtype::{string_conversions, text_newtype};

text_newtype! {
    /// The prefix of a product's keys: 2 to 8 upper-case ASCII letters and digits.
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct KeyPrefix;

    /// The text is not a key prefix.
    #[error("a key prefix has 2 to 8 upper-case letters or digits")]
    pub struct InvalidKeyPrefix;

    parse: |text| {
        let is_allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let is_valid = (2..=8).contains(&text.len()) && text.bytes().all(is_allowed);
        is_valid.then(|| text.to_owned())
    };
}

string_conversions! { KeyPrefix, InvalidKeyPrefix; }

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
