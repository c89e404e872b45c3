//! What a buyer reads. The two forms are in `license_key.txt` and `license_key.html`; here is what
//! goes into them.

use crate::base::mode::Mode;
use crate::base::time::Timestamp;

const TEXT: &str = include_str!("license_key.txt");
const HTML: &str = include_str!("license_key.html");

/// What a letter tells.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    /// The product's name.
    pub product: &'a str,
    /// The key type's name.
    pub plan: &'a str,
    /// The license's key in the clear.
    pub key: &'a str,
    /// Whether the license is one to test with.
    pub mode: Mode,
    /// When the license ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// On how many devices it may be active.
    pub devices: u32,
}

/// Writes a letter: its subject, which is one line, its text, and the same in HTML.
pub fn letter(letter: &Letter<'_>) -> (String, String, String) {
    let is_test = letter.mode == Mode::Sandbox;
    let subject = subject(letter.product, is_test);
    let validity = validity(letter.expires_at);
    let devices = devices(letter.devices);
    let value = |name: &str| match name {
        "subject" => subject.clone(),
        "product" => one_line(letter.product),
        "plan" => one_line(letter.plan),
        "key" => letter.key.to_owned(),
        "validity" => validity.clone(),
        "devices" => devices.clone(),
        _ => String::new(),
    };
    let text = fill(TEXT, |name| match name {
        "notice" if is_test => format!("{TEST_NOTICE}\n\n"),
        name => value(name),
    });
    let html = fill(HTML, |name| match name {
        "notice" if is_test => format!("<p><strong>{TEST_NOTICE}</strong></p>\n"),
        name => escaped(&value(name)),
    });
    (subject, text, html)
}

const TEST_NOTICE: &str =
    "This is a test: the license is from a sandbox, and no money was paid for it.";

fn subject(product: &str, is_test: bool) -> String {
    let test = if is_test { "[Test] " } else { "" };
    format!("{test}Your license key for {}", one_line(product))
}

fn validity(expires_at: Option<Timestamp>) -> String {
    expires_at.map_or_else(
        || "for life".to_owned(),
        |end| {
            let written = end.to_rfc3339();
            let day = written.get(..10).unwrap_or(&written);
            format!("until {day} (UTC)")
        },
    )
}

fn devices(limit: u32) -> String {
    match limit {
        1 => "1 at a time".to_owned(),
        many => format!("up to {many} at a time"),
    }
}

/// The text with a space for each control character, line breaks among them: nothing in it begins
/// another header or another line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The text as HTML shows it, inside an element or an attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// A form with each `{{name}}` replaced, once: what a value says is not read as a form again.
fn fill(form: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(form.len());
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else {
            break;
        };
        filled.push_str(before);
        filled.push_str(&value(name));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
