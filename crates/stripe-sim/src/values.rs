//! Single values of a form, each by its kind.

use crate::currency;
use crate::error::StripeError;
use crate::form::Node;
use crate::params::{self, Kind, Metadata, Value};

/// A value that is not made of others.
pub(crate) fn leaf(kind: &Kind, text: &str, path: &str) -> Result<Value, StripeError> {
    if text.is_empty() {
        let message = format!(
            "You passed an empty string for '{path}'. We assume empty values are an attempt to \
             unset a field; however '{path}' cannot be unset. You should remove '{path}' from \
             your request or supply a non-empty value."
        );
        return Err(wrong(message, path).code("parameter_invalid_empty"));
    }
    match kind {
        Kind::Email if !is_email(text) => {
            Err(wrong(format!("Invalid email address: {text}"), path).code("email_invalid"))
        }
        Kind::Url if !is_url(text) => Err(wrong("Not a valid URL", path).code("url_invalid")),
        Kind::Currency => {
            let code = text.to_lowercase();
            if currency::minimum(&code).is_none() {
                return Err(wrong(currency::unknown(&code), path));
            }
            Ok(Value::Text(code))
        }
        Kind::OneOf(words) if !words.contains(&text) => {
            let message = format!("Invalid {path}: must be one of {}", choices(words));
            Err(wrong(message, path))
        }
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(wrong(format!("Invalid boolean: {text}"), path)),
        },
        Kind::Integer => integer(text, i64::MIN, "Invalid integer", path),
        Kind::Amount => integer(text, 0, "Invalid non-negative integer", path),
        Kind::Positive => integer(text, 1, "Invalid positive integer", path),
        _ => Ok(Value::Text(text.to_owned())),
    }
}

fn integer(text: &str, least: i64, low: &str, path: &str) -> Result<Value, StripeError> {
    let error = match text.parse::<i64>() {
        Ok(number) if number >= least => return Ok(Value::Integer(number)),
        Ok(_) => wrong(low, path),
        Err(_) => wrong(format!("Invalid integer: {text}"), path),
    };
    Err(error.code("parameter_invalid_integer"))
}

/// An empty value in place of the whole hash stands for no keys.
pub(crate) fn metadata(node: &Node, path: &str) -> Result<Metadata, StripeError> {
    let form = match node {
        Node::Branch(form) => form,
        Node::Leaf(text) if text.is_empty() => return Ok(Metadata::new()),
        Node::Leaf(_) => return Err(wrong("Invalid object", path)),
    };
    if form.0.len() > 50 {
        return Err(wrong("You can have up to 50 metadata keys", path));
    }
    let entry = |(key, node): &(String, Node)| {
        let at = params::path(path, key);
        let Node::Leaf(value) = node else {
            return Err(wrong("Metadata values must be strings", &at));
        };
        if key.chars().count() > 40 {
            return Err(wrong("Metadata keys can have up to 40 characters", &at));
        }
        if value.chars().count() > 500 {
            return Err(wrong("Metadata values can have up to 500 characters", &at));
        }
        Ok((key.clone(), value.clone()))
    };
    form.0.iter().map(entry).collect()
}

/// A refusal of the parameter at `path`.
pub(crate) fn wrong(message: impl Into<String>, path: &str) -> StripeError {
    StripeError::invalid(message).param(path)
}

/// `a`, `a or b`, `a, b, or c`.
fn choices(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} or {two}"),
        [most @ .., last] => format!("{}, or {last}", most.join(", ")),
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !text.contains(char::is_whitespace)
    })
}
