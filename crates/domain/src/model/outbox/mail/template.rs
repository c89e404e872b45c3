//! The mail that delivers a license key. `license_key.txt` and `license_key.html` are the templates
//! of its body; this file computes the values that they contain.

use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;

const TEXT: &str = include_str!("license_key.txt");
const HTML: &str = include_str!("license_key.html");

/// The values that a mail contains.
#[derive(Clone, Copy)]
pub struct MailValues<'a> {
    /// The display name of the product.
    pub product: &'a str,
    /// The display name of the key type.
    pub plan: &'a str,
    /// The license key in plain text.
    pub key: &'a str,
    /// The mode of the license; a sandbox license is marked as a test.
    pub mode: Mode,
    /// When the license expires; `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The activation limit of the license.
    pub devices: u32,
}

/// The subject and the body of a mail.
#[derive(Debug, Clone)]
pub struct MailBody {
    /// The subject, one line.
    pub subject: String,
    /// The body as plain text. It is secret because it contains the license key.
    pub text: Secret,
    /// The body as HTML.
    pub html: Secret,
}

impl MailValues<'_> {
    /// Fills the templates with these values.
    pub fn render(&self) -> MailBody {
        let is_test = self.mode == Mode::Sandbox;
        let subject = subject(self.product, is_test);
        let value = |name: &str| match name {
            "subject" => subject.clone(),
            "product" => one_line(self.product),
            "plan" => one_line(self.plan),
            "key" => self.key.to_owned(),
            "validity" => validity(self.expires_at),
            "devices" => devices(self.devices),
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
        MailBody {
            subject,
            text: Secret::new(text),
            html: Secret::new(html),
        }
    }
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

/// Replaces control characters by spaces, so that no text can start another line or header.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Escapes a text for use in an HTML element or attribute.
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

/// Replaces each `{{name}}` of a template once; `{{name}}` in an inserted value is not replaced.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, tag)) = rest.split_once("{{") {
        let Some((name, after)) = tag.split_once("}}") else {
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
