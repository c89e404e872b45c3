//! A license key as typed by a person.

use std::fmt;

use thiserror::Error;

use crate::base::secret::{Secret, constant_time_eq};
use crate::base::text::is_invisible;
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
    /// The text holds a control character that no copy and paste adds, such as NUL.
    #[error("a license key holds no control characters")]
    ControlCharacter,
}

/// A key as a caller sent it, without what copying and pasting adds: 4 to 128 characters without
/// control characters. Its `Debug` is redacted.
///
/// The text may be a generated key typed inexactly: in any case, with spaces, with dashes missing
/// or of another kind, and with I or L for 1 and O for 0 among the symbols. In the prefix only the
/// case is ignored. The text may also be an imported key, which is compared exactly.
#[derive(Clone)]
pub struct PresentedKey(Secret);

impl PresentedKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        Ok(Self(Secret::new(cleaned(text)?)))
    }

    /// The hashes under which the license may be stored, the likelier first: as a generated key, if
    /// the text has that shape, and as an imported key. The prefix and the format are those of the
    /// text, so that a key is found after its product got others.
    pub fn candidates(&self) -> Vec<KeyHash> {
        let imported = KeyHash::of(self.0.expose());
        let generated = self
            .generated()
            .map(|printed| KeyHash::of(&printed))
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

    /// The generated key that the text may be, as printed. A prefix is shorter than the difference
    /// between the formats, so the length of the text decides which format it has.
    fn generated(&self) -> Option<String> {
        let bare = self.bare();
        KeyFormat::ALL.into_iter().find_map(|format| {
            let split = bare.len().checked_sub(format.symbols())?;
            let prefix = KeyPrefix::parse(bare.get(..split)?).ok()?;
            let symbols = symbols::fold_all(bare.get(split..)?)?;
            Some(format.print(&prefix, &symbols))
        })
    }

    /// The normalized symbols after the prefix; `None` if the text has not the shape of a generated
    /// key of this format and prefix.
    fn symbols(&self, format: KeyFormat, prefix: &KeyPrefix) -> Option<String> {
        let bare = self.bare();
        let symbols = symbols::fold_all(bare.strip_prefix(prefix.as_str())?)?;
        (symbols.len() == format.symbols()).then_some(symbols)
    }

    /// The text without spaces and dashes, in upper case.
    fn bare(&self) -> String {
        let bare = self.0.expose().chars().filter(|&c| !is_filler(c));
        bare.map(|c| c.to_ascii_uppercase()).collect()
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedKey(…)")
    }
}

/// The text as its owner reads it, if it may be a key: without surrounding white space and without
/// what copying from a mail, a page or a PDF adds.
pub(super) fn cleaned(text: &str) -> Result<String, InvalidKey> {
    let read: String = text
        .chars()
        .filter(|&c| !is_invisible(c) && !is_line_break(c))
        .map(narrowed)
        .collect();
    let read = read.trim();
    if !(4..=128).contains(&read.chars().count()) {
        Err(InvalidKey::Length)
    } else if read.chars().any(char::is_control) {
        Err(InvalidKey::ControlCharacter)
    } else {
        Ok(read.to_owned())
    }
}

/// Line breaks, and the tabulator.
fn is_line_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A full-width character as its ASCII character.
fn narrowed(c: char) -> char {
    const WIDE: u32 = 0xFF01 - 0x21;
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            let narrow = u32::from(c).checked_sub(WIDE).and_then(char::from_u32);
            narrow.unwrap_or(c)
        }
        _ => c,
    }
}

/// White space, and the kinds of dashes that word processors substitute for `-`.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}'
        )
}
