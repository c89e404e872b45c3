//! The part of a page that a run writes.

use crate::error::{BenchError, BenchResult};

/// The lines around the part of a page that is written by this program.
pub(crate) fn section(name: &str, text: &str) -> String {
    format!("{}\n\n{text}\n\n{}", begin(name), end(name))
}

fn begin(name: &str) -> String {
    format!("<!-- bench {name}: begin -->")
}

fn end(name: &str) -> String {
    format!("<!-- bench {name}: end -->")
}

/// Replaces what stands between the two lines of a section.
pub(crate) fn replace_between_markers(page: &str, name: &str, text: &str) -> BenchResult<String> {
    let missing = || BenchError::new(format!("the page has no lines around the section {name}"));
    let (before, rest) = page.split_once(&begin(name)).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end(name)).ok_or_else(missing)?;
    Ok(format!("{before}{}{after}", section(name, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_between_the_markers_is_replaced() {
        let page = format!("a\n{}\nb\n{}\nc", section("x", "old"), section("y", "kept"));
        let replaced = replace_between_markers(&page, "x", "new").expect("markers");
        assert_eq!(replaced, page.replace("old", "new"));
        let again = replace_between_markers(&replaced, "x", "new").expect("markers");
        assert_eq!(again, replaced);
    }

    #[test]
    fn a_page_without_markers_is_refused() {
        assert!(replace_between_markers("a", "x", "new").is_err());
        let reversed = format!("{}{}", end("x"), begin("x"));
        assert!(replace_between_markers(&reversed, "x", "new").is_err());
    }
}
