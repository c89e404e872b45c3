//! Free text from outside.

/// A text that is too long, or cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("may have at most {most} characters and no NUL")]
pub struct InvalidText {
    most: usize,
}

/// Takes a text of at most `most` characters. NUL is refused: not every store can keep it.
pub fn free_text(text: &str, most: usize) -> Result<String, InvalidText> {
    if text.chars().count() > most || text.contains('\0') {
        return Err(InvalidText { most });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_characters_and_kept_as_it_is() {
        let too_long = Err(InvalidText { most: 3 });
        for (text, kept) in [
            ("", Ok(String::new())),
            ("åäö", Ok("åäö".to_owned())),
            ("a\nb", Ok("a\nb".to_owned())),
            ("abcd", too_long.clone()),
            ("a\0", too_long),
        ] {
            assert_eq!(free_text(text, 3), kept, "{text:?}");
        }
    }
}
