//! The markup of descriptions: `code` and **strong** words.

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Span {
    Text(String),
    Code(String),
    Strong(String),
    /// Less important than the text around it.
    Soft(String),
    /// A link within the page.
    Link {
        anchor: String,
        text: String,
    },
}

impl Span {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }
}

/// Splits a text into its paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<Vec<Span>> {
    let paragraphs = text.split("\n\n").filter(|text| !text.is_empty());
    paragraphs.map(line).collect()
}

/// Splits a line into its parts.
pub(super) fn line(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            spans.push(Span::code(part));
            continue;
        }
        for (index, part) in part.split("**").enumerate() {
            match index % 2 {
                1 => spans.push(Span::Strong(part.to_owned())),
                _ if part.is_empty() => {}
                _ => spans.push(Span::text(part)),
            }
        }
    }
    spans
}
