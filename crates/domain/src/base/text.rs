//! Free text from outside, whose type limits its length.

use std::fmt;
use std::ops::Deref;

/// A text of at most `MAX` characters, possibly empty. It holds no NUL, since PostgreSQL cannot
/// store one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize>(String);

/// The text is too long or holds a NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("may have at most {max} characters and no NUL")]
pub struct InvalidText {
    max: usize,
}

impl<const MAX: usize> Text<MAX> {
    /// The largest length, in characters.
    pub const MAX: usize = MAX;

    /// Checks a text; an accepted text is not changed.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        if text.chars().count() > MAX || text.contains('\0') {
            return Err(InvalidText { max: MAX });
        }
        Ok(Self(text.to_owned()))
    }

    /// Removes every NUL and truncates the rest to `MAX` characters. For text that must not be
    /// refused, such as the name of a buyer who has paid.
    pub fn truncated(text: &str) -> Self {
        Self(text.chars().filter(|c| *c != '\0').take(MAX).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, or `None` if it is empty.
    pub fn non_empty(self) -> Option<Self> {
        (!self.0.is_empty()).then_some(self)
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character has no width and no meaning of its own: zero-width characters, soft hyphens,
/// marks of direction, byte order marks, variation selectors, tags.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Whether a character changes how the text around it is laid out: control characters, line and
/// paragraph separators, and what reverses the direction. In a name that another party reads, such a
/// character can only mislead.
pub fn is_layout_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61C}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_characters_and_kept_as_it_is() {
        let too_long = Err(InvalidText { max: 3 });
        for (text, kept) in [
            ("", Ok("")),
            ("åäö", Ok("åäö")),
            ("a\nb", Ok("a\nb")),
            ("abcd", too_long),
            ("a\0", too_long),
        ] {
            let parsed = Text::<3>::parse(text);
            let parsed = parsed.as_ref().map(Text::as_str).map_err(|error| *error);
            assert_eq!(parsed, kept, "{text:?}");
        }
    }

    #[test]
    fn a_truncated_text_fits() {
        for (text, kept) in [("", ""), ("åäöü", "åäö"), ("a\0b", "ab"), ("abc", "abc")] {
            let truncated = Text::<3>::truncated(text);
            assert_eq!(truncated.as_str(), kept, "{text:?}");
            assert_eq!(Text::parse(kept), Ok(truncated));
        }
    }
}
