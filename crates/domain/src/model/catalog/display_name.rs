//! The name of a product or key type, as buyers see it.

/// A name shown to people: 1 to 120 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text is no display name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 120 characters and no control characters")]
pub struct InvalidDisplayName;

impl DisplayName {
    /// Reads a name, trimmed.
    pub fn parse(text: &str) -> Result<Self, InvalidDisplayName> {
        let text = text.trim();
        let fits = (1..=120).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidDisplayName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_refused() {
        for bad in ["", "  ", "a\u{7}b", &"x".repeat(121)] {
            assert!(DisplayName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
