//! A license key as typed by a person.

use std::fmt;

use thiserror::Error;

use crate::base::secret::{Secret, constant_time_eq};
use crate::model::licenses::key::checksum::ProductSecret;
use crate::model::licenses::key::format::KeyFormat;
use crate::model::licenses::key::hash::KeyHash;
use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::{checksum, symbols};

/// Why a text is not a license key. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// The text has fewer than 4 or more than 128 characters.
    #[error("a license key has 4 to 128 characters")]
    Length,
    /// The text holds a control character, such as a line break.
    #[error("a license key holds no control characters")]
    ControlCharacter,
}

/// A key as a caller sent it, trimmed: 4 to 128 characters without control characters. Its `Debug`
/// is redacted.
///
/// The text may be a generated key typed inexactly: in any case, with spaces, with dashes missing
/// or of another kind, and with I or L for 1 and O for 0 among the symbols. In the prefix only the
/// case is ignored. The text may also be an imported key, which is compared exactly.
#[derive(Clone)]
pub struct PresentedKey(Secret);

impl PresentedKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        Ok(Self(Secret::new(trimmed(text)?)))
    }

    /// The hashes under which the license may be stored, the likelier first: as a generated key, if
    /// the text has that shape, and as an imported key.
    pub fn candidates(&self, format: KeyFormat, prefix: &KeyPrefix) -> Vec<KeyHash> {
        let imported = KeyHash::of(self.0.expose());
        let generated = self
            .symbols(format, prefix)
            .map(|symbols| KeyHash::of(&format.print(prefix, &symbols)))
            .filter(|generated| *generated != imported);
        generated.into_iter().chain([imported]).collect()
    }

    /// Whether the text has the shape of a generated key, whatever its checksum.
    pub fn has_shape(&self, format: KeyFormat, prefix: &KeyPrefix) -> bool {
        self.symbols(format, prefix).is_some()
    }

    /// Whether the text has the shape of a checked key and the right checksum.
    pub fn checksum_ok(&self, prefix: &KeyPrefix, secret: &ProductSecret) -> bool {
        self.symbols(KeyFormat::Checked, prefix)
            .and_then(|symbols| {
                let (random, check) = symbols.split_at_checked(checksum::RANDOM_SYMBOLS)?;
                let right = secret.checksum(prefix, random);
                Some(constant_time_eq(right.as_bytes(), check.as_bytes()))
            })
            .unwrap_or(false)
    }

    /// The normalized symbols after the prefix; `None` if the text has not the shape of a generated
    /// key.
    fn symbols(&self, format: KeyFormat, prefix: &KeyPrefix) -> Option<String> {
        let bare: String = self.0.expose().chars().filter(|&c| !is_filler(c)).collect();
        let bare = bare.to_ascii_uppercase();
        let symbols: String = bare
            .strip_prefix(prefix.as_str())?
            .chars()
            .map(symbols::fold)
            .collect::<Option<_>>()?;
        (symbols.len() == format.symbols()).then_some(symbols)
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedKey(…)")
    }
}

/// The text without surrounding white space, if it may be a key.
pub(super) fn trimmed(text: &str) -> Result<&str, InvalidKey> {
    let text = text.trim();
    if !(4..=128).contains(&text.chars().count()) {
        Err(InvalidKey::Length)
    } else if text.chars().any(char::is_control) {
        Err(InvalidKey::ControlCharacter)
    } else {
        Ok(text)
    }
}

/// White space, and the kinds of dashes that word processors substitute for `-`.
fn is_filler(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
