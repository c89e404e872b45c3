//! The two formats of generated keys.

use serde::{Deserialize, Serialize};

use crate::base::text_enum::text_enum;
use crate::model::licenses::key::checksum::{CHECK_SYMBOLS, RANDOM_SYMBOLS};
use crate::model::licenses::key::prefix::KeyPrefix;

text_enum! {
    /// The format of a product's generated keys, written `classic` or `checked`.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum KeyFormat {
        /// `ACME-4B2K-9XJP-T8WM-Q3VZ`
        Classic = "classic",
        /// `KS-7F3K9-9XYKM-4N2A1-Q7C9F-WT2K`
        Checked = "checked",
    }

    /// The text is neither `classic` nor `checked`.
    #[error("a key format is `classic` or `checked`")]
    pub struct InvalidKeyFormat;
}

/// The format of a product that names none.
impl Default for KeyFormat {
    fn default() -> Self {
        Self::Classic
    }
}

impl KeyFormat {
    /// The number of symbols after the prefix.
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

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use super::*;

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
