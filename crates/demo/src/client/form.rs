//! Forms of HTML pages, filled in as a browser fills them in.

use crate::step_error::{StepError, StepResult};

/// The first form of a page.
pub(crate) struct Form {
    /// Where the form leads; `None` for the page itself.
    action: Option<String>,
    /// The fields with their values.
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the form of a page.
    ///
    /// # Errors
    /// The page has no form.
    pub(crate) fn of(page: &str) -> StepResult<Self> {
        let form = between(page, "<form", "</form>")
            .ok_or_else(|| StepError::new("the page has no form to fill in"))?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in form.split('<').filter_map(field) {
            // Of buttons that share a name, a browser posts the one that is clicked: here the first.
            if fields.iter().all(|(known, _)| *known != name) {
                fields.push((name, value));
            }
        }
        let (tag, _) = form.split_once('>').unwrap_or_default();
        let action = attribute(tag, "action");
        Ok(Self { action, fields })
    }

    /// Sets the value of a field.
    ///
    /// # Errors
    /// The form has no such field.
    pub(crate) fn enter(mut self, name: &str, value: &str) -> StepResult<Self> {
        let known = self.fields.iter_mut().find(|(known, _)| known == name);
        let known = known.ok_or_else(|| StepError::new(format!("the form has no field {name}")))?;
        value.clone_into(&mut known.1);
        Ok(self)
    }

    /// The URL that a browser loads when it sends the form by GET.
    ///
    /// # Errors
    /// The form does not say where it leads.
    pub(crate) fn followed(&self) -> StepResult<String> {
        let action = self.action.as_ref();
        let action = action.ok_or_else(|| StepError::new("the form leads nowhere"))?;
        Ok(format!("{action}?{}", self.encoded()))
    }

    /// The body that a browser posts.
    pub(crate) fn encoded(&self) -> String {
        let mut encoder = form_urlencoded::Serializer::new(String::new());
        encoder.extend_pairs(&self.fields).finish()
    }
}

/// The name and the value of a tag that is a field. Only the checked radio button of a group counts, and a
/// select has an empty value.
fn field(tag: &str) -> Option<(String, String)> {
    let (kind, attributes) = tag.split_once(|c: char| c.is_ascii_whitespace())?;
    let attributes = attributes.split_once('>')?.0;
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
    let attributes = format!(" {attributes}");
    let value = between(&attributes, &format!(" {name}=\""), "\"")?;
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ];
    let plain = plain
        .iter()
        .fold(value.to_owned(), |text, (escaped, plain)| {
            text.replace(escaped, plain)
        });
    Some(plain)
}

/// The text between the first `start` and the next `end`.
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::{Form, StepResult};

    const PAGE: &str = "<h1>Pay</h1><form method=\"post\">\
        <input type=\"hidden\" name=\"state\" value=\"a&amp;b\">\
        <select name=\"account\"><option value=\"\">new</option></select>\
        <input type=\"radio\" name=\"method\" value=\"card\" checked> Card\
        <input type=\"radio\" name=\"method\" value=\"bank\"> Bank\
        <input name=\"card_number\" inputmode=\"numeric\" value=\"4242 4242\">\
        <button name=\"decision\" value=\"yes\">Yes</button>\
        <button name=\"decision\" value=\"no\">No</button></form><input name=\"outside\">";

    #[test]
    fn a_form_posts_what_a_browser_would() {
        let form = Form::of(PAGE).expect("there is a form");
        assert_eq!(
            form.encoded(),
            "state=a%26b&account=&method=card&card_number=4242+4242&decision=yes"
        );
        let form = form.enter("card_number", "1 2").expect("there is a field");
        assert!(form.encoded().contains("card_number=1+2&"));
    }

    #[test]
    fn a_missing_form_or_field_is_named() {
        let failed = |result: StepResult<Form>| result.err().map(|error| error.to_string());
        let none = failed(Form::of("<h1>Gone</h1>"));
        assert_eq!(none.as_deref(), Some("the page has no form to fill in"));
        let form = Form::of(PAGE).expect("there is a form");
        let none = failed(form.enter("outside", "1"));
        assert_eq!(none.as_deref(), Some("the form has no field outside"));
    }
}
