//! The text of a license key as a caller sends it.

use std::fmt;

/// A license key as a caller sends it: 1 to 256 bytes. Whether a license has this key is looked up
/// later. `Debug` does not print the text.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyInput(String);

/// Why a text is not accepted as a license key: it is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {max} bytes", max = KeyInput::MAX_BYTES)]
pub struct InvalidKeyInput;

impl KeyInput {
    /// The most bytes.
    pub const MAX_BYTES: usize = 256;

    /// Checks a text and keeps it unchanged.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyInput> {
        match text.len() {
            1..=Self::MAX_BYTES => Ok(Self(text.to_owned())),
            _ => Err(InvalidKeyInput),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyInput(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_input_has_1_to_256_bytes() {
        for (text, accepted) in [
            (String::new(), false),
            ("a".repeat(256), true),
            ("a".repeat(257), false),
            ("é".repeat(128), true),
            ("é".repeat(129), false),
        ] {
            assert_eq!(KeyInput::parse(&text).is_ok(), accepted, "{text}");
        }
    }
}
