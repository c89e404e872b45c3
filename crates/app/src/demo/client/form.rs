//! The forms of the pages that a buyer and a seller see, filled in as a browser would.

use super::super::failure::{Failure, Outcome};

/// The first form of a page: its fields with the values they come with.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a page.
    ///
    /// # Errors
    /// When it has no form.
    pub(crate) fn of(page: &str) -> Outcome<Self> {
        let form = between(page, "<form", "</form>")
            .ok_or_else(|| Failure::new("the page has no form to fill in"))?;
        let fields = form.split('<').filter_map(field).collect();
        Ok(Self(fields))
    }

    /// Enters a value into a field that the page has.
    ///
    /// # Errors
    /// When it has no such field.
    pub(crate) fn enter(mut self, name: &str, value: &str) -> Outcome<Self> {
        let known = self.0.iter_mut().find(|(known, _)| known == name);
        let known = known.ok_or_else(|| Failure::new(format!("the form has no field {name}")))?;
        value.clone_into(&mut known.1);
        Ok(self)
    }

    /// The body that a browser posts.
    pub(crate) fn encoded(&self) -> String {
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A tag's name and first value: of radio buttons the checked one, of a select none yet, of the
/// buttons the first.
fn field(tag: &str) -> Option<(String, String)> {
    let (kind, attributes) = tag.split_once(|c: char| c.is_ascii_whitespace())?;
    let attributes = attributes.split_once('>').map_or(attributes, |(own, _)| own);
    let radio = attributes.contains("type=\"radio\"");
    let counts = match kind {
        "input" => !radio || attributes.ends_with(" checked"),
        "button" | "select" => true,
        _ => false,
    };
    let name = attribute(attributes, "name")?;
    let value = attribute(attributes, "value").unwrap_or_default();
    counts.then_some((name, value))
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let value = between(attributes, &start, "\"")?;
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let plain = plain
        .iter()
        .fold(value.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain));
    Some(plain)
}

/// What stands between two marks, the first time they occur.
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inside, _)| inside)
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                char::from(byte).to_string()
            }
            b' ' => "+".into(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
