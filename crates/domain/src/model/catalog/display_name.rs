//! The display names of products and key types.

use crate::base::text_newtype::text_newtype;

text_newtype! {
    /// The name that buyers see: 1 to 120 characters after trimming, without control characters.
    pub struct DisplayName;

    /// The text is not a display name.
    #[error("a name has 1 to 120 characters and no control characters")]
    pub struct InvalidDisplayName;

    parse: |text| {
        let text = text.trim();
        let fits = (1..=120).contains(&text.chars().count());
        let is_valid = fits && !text.chars().any(char::is_control);
        is_valid.then(|| text.to_owned())
    };
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
