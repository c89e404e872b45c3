//! Values that are not made of other values.

use crate::base::currency;
use crate::base::error::StripeError;
use crate::params::spec::Kind;
use crate::params::values::ParamValue;

/// Parses the value of the parameter `name`.
pub(crate) fn parse_scalar(kind: &Kind, text: &str, name: &str) -> Result<ParamValue, StripeError> {
    if text.is_empty() {
        let message = format!(
            "You passed an empty string for '{name}'. We assume empty values are an attempt to \
             unset a field; however '{name}' cannot be unset. You should remove '{name}' from \
             your request or supply a non-empty value."
        );
        return Err(invalid(message, name).code("parameter_invalid_empty"));
    }
    match kind {
        Kind::Email if !is_email(text) => {
            Err(invalid(format!("Invalid email address: {text}"), name).code("email_invalid"))
        }
        Kind::Url if !is_url(text) => Err(invalid("Not a valid URL", name).code("url_invalid")),
        Kind::Currency => {
            let code = text.to_lowercase();
            if currency::minimum_charge(&code).is_none() {
                return Err(invalid(currency::unknown_currency(&code), name));
            }
            Ok(ParamValue::Text(code))
        }
        Kind::Enum(values) if !values.contains(&text) => {
            let message = format!("Invalid {name}: must be one of {}", enumerate(values));
            Err(invalid(message, name))
        }
        Kind::Bool => match text {
            "true" => Ok(ParamValue::Bool(true)),
            "false" => Ok(ParamValue::Bool(false)),
            _ => Err(invalid(format!("Invalid boolean: {text}"), name)),
        },
        Kind::Integer => parse_integer(text, i64::MIN, "Invalid integer", name),
        Kind::NonNegative => parse_integer(text, 0, "Invalid non-negative integer", name),
        Kind::Positive => parse_integer(text, 1, "Invalid positive integer", name),
        _ => Ok(ParamValue::Text(text.to_owned())),
    }
}

/// Parses an integer; `too_small` is the message for an integer below `minimum`.
fn parse_integer(
    text: &str,
    minimum: i64,
    too_small: &str,
    name: &str,
) -> Result<ParamValue, StripeError> {
    let error = match text.parse::<i64>() {
        Ok(number) if number >= minimum => return Ok(ParamValue::Integer(number)),
        Ok(_) => invalid(too_small, name),
        Err(_) => invalid(format!("Invalid integer: {text}"), name),
    };
    Err(error.code("parameter_invalid_integer"))
}

/// An error about the parameter `name`.
pub(crate) fn invalid(message: impl Into<String>, name: &str) -> StripeError {
    StripeError::invalid(message).param(name)
}

/// `a`, `a or b`, `a, b, or c`.
fn enumerate(values: &[&str]) -> String {
    match values {
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
