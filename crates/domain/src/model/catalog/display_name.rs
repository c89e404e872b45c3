//! The display names of products and key types.

use crate::base::text::is_layout_control;
use crate::base::text_newtype::text_newtype;

text_newtype! {
    /// The name that buyers see: 1 to 120 characters after trimming, without control characters and
    /// without characters that change the layout or the direction of the text.
    pub struct DisplayName;

    /// The text is not a display name.
    #[error(
        "a name has 1 to 120 characters, and no control, line separator or text direction characters"
    )]
    pub struct InvalidDisplayName;

    parse: |text| {
        let text = text.trim();
        let fits = (1..=120).contains(&text.chars().count());
        let is_valid = fits && !text.chars().any(is_layout_control);
        is_valid.then(|| text.to_owned())
    };
}

impl DisplayName {
    /// A name that was stored when more characters were allowed, without those that are not any more.
    pub fn kept(text: &str) -> Option<Self> {
        let kept: String = text.chars().filter(|&c| !is_layout_control(c)).collect();
        Self::parse(&kept).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_refused() {
        for bad in [
            "",
            "  ",
            "a\u{7}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200f}b",
            &"x".repeat(121),
        ] {
            assert!(DisplayName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_stored_name_loses_what_is_not_allowed_any_more() {
        let kept = DisplayName::kept("Pixel\u{202e} Studio\u{2028}");
        assert_eq!(kept, DisplayName::parse("Pixel Studio").ok());
        assert_eq!(DisplayName::kept("\u{202e}"), None);
    }

    #[test]
    fn a_name_of_any_script_is_kept() {
        for name in [
            "Pixel Studio",
            "پیکسل\u{200c}ها",
            "👩\u{200d}💻",
            "Žluťoučký",
        ] {
            let parsed = DisplayName::parse(name);
            assert_eq!(parsed.as_ref().map(DisplayName::as_str), Ok(name));
        }
    }
}
