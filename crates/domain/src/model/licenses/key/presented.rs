//! A key as somebody typed it.

use std::fmt;

use thiserror::Error;

use crate::base::secret::constant_time_eq;
use crate::model::licenses::key::checksum::ProductSecret;
use crate::model::licenses::key::format::KeyFormat;
use crate::model::licenses::key::hash::KeyHash;
use crate::model::licenses::key::prefix::KeyPrefix;
use crate::model::licenses::key::{checksum, symbols};

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

/// A key as it came in, trimmed: 4 to 128 characters, none of them a control character. Its
/// `Debug` does not show it.
///
/// It may be one of the product's own keys, typed with noise: any case, spaces, dashes missing or
/// of the wrong kind, I or L for 1 and O for 0 among the symbols. The prefix is a word of its own
/// and is never folded but for its case. Or it may be an imported key, of which nothing is noise.
#[derive(Clone)]
pub struct PresentedKey(String);

impl PresentedKey {
    /// Takes a key in.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        Ok(Self(trimmed(text)?.to_owned()))
    }

    /// The hashes under which the license may be kept, the likelier first: that of the product's
    /// own key which was meant, if it has that shape, and that of an imported key.
    pub fn candidates(&self, format: KeyFormat, prefix: &KeyPrefix) -> Vec<KeyHash> {
        let as_it_is = KeyHash::of(&self.0);
        let meant = self
            .symbols(format, prefix)
            .map(|symbols| KeyHash::of(&format.print(prefix, &symbols)))
            .filter(|meant| *meant != as_it_is);
        meant.into_iter().chain([as_it_is]).collect()
    }

    /// Whether it is shaped like a key that the product makes, whatever its checksum.
    pub fn has_shape(&self, format: KeyFormat, prefix: &KeyPrefix) -> bool {
        self.symbols(format, prefix).is_some()
    }

    /// Whether it is shaped like the product's checked keys and its last four symbols are right.
    pub fn checksum_ok(&self, prefix: &KeyPrefix, secret: &ProductSecret) -> bool {
        self.symbols(KeyFormat::Checked, prefix)
            .and_then(|symbols| {
                let (random, check) = symbols.split_at_checked(checksum::RANDOM_SYMBOLS)?;
                let right = secret.checksum(prefix, random);
                Some(constant_time_eq(right.as_bytes(), check.as_bytes()))
            })
            .unwrap_or(false)
    }

    /// The symbols after the prefix, folded; `None` when it has not the shape of such a key.
    fn symbols(&self, format: KeyFormat, prefix: &KeyPrefix) -> Option<String> {
        let bare: String = self.0.chars().filter(|&c| !is_filler(c)).collect();
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

/// The text without white space around it, if it may be a key.
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

/// Spaces, and dashes of every kind that a word processor makes of one.
fn is_filler(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
