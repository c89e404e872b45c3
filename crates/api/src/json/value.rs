//! Reads the value of one field. A message says what the field must be.

use std::fmt::Display;
use std::ops::RangeInclusive;

use deserr::{IntoValue, ValuePointerRef};
use serde_json::{Map, Value};

use super::faults::{Faults, REQUIRED};

/// Reads a value with one of the readers below. A null counts as a missing field.
pub(crate) fn read<V: IntoValue, T>(
    value: deserr::Value<V>,
    location: ValuePointerRef<'_>,
    reader: impl FnOnce(Value) -> Result<T, String>,
) -> Result<T, Faults> {
    let read = match Value::from(value) {
        Value::Null => Err(REQUIRED.to_owned()),
        value => reader(value),
    };
    read.map_err(|message| Faults::at(location, message))
}

/// Reads a text.
pub(crate) fn text<T, E: Display>(
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> impl FnOnce(Value) -> Result<T, String> {
    |value| match value {
        Value::String(text) => parse(&text).map_err(|error| error.to_string()),
        _ => Err("must be a string".to_owned()),
    }
}

/// Reads a whole number within bounds.
pub(crate) fn integer<T, E: Display>(
    bounds: RangeInclusive<i64>,
    convert: impl FnOnce(i64) -> Result<T, E>,
) -> impl FnOnce(Value) -> Result<T, String> {
    move |value| {
        let number = whole(&value).filter(|number| bounds.contains(number));
        let number = number.ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            format!("must be a whole number from {least} to {most}")
        })?;
        convert(number).map_err(|error| error.to_string())
    }
}

/// Reads a list of texts.
pub(crate) fn texts<T, E: Display>(
    parse: impl FnOnce(Vec<String>) -> Result<T, E>,
) -> impl FnOnce(Value) -> Result<T, String> {
    |value| {
        let list: Option<Vec<String>> = match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        let list = list.ok_or_else(|| "must be a list of strings".to_owned())?;
        parse(list).map_err(|error| error.to_string())
    }
}

/// Reads an object whose fields are the caller's own.
pub(crate) fn object<T, E: Display>(
    parse: impl FnOnce(Map<String, Value>) -> Result<T, E>,
) -> impl FnOnce(Value) -> Result<T, String> {
    |value| match value {
        Value::Object(object) => parse(object).map_err(|error| error.to_string()),
        _ => Err("must be an object".to_owned()),
    }
}

/// Reads a whole number. `3.0` is a whole number too, as JSON Schema defines it.
fn whole(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else {
        return None;
    };
    let integer = || number.to_string().strip_suffix(".0")?.parse().ok();
    number.as_i64().or_else(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_by_its_value_and_not_by_how_it_is_written() {
        for (text, number) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("-2.0", Some(-2)),
            ("3e2", Some(300)),
            ("9223372036854775807", Some(i64::MAX)),
            ("3.5", None),
            ("9223372036854775808", None),
            ("1e300", None),
            ("\"3\"", None),
            ("true", None),
        ] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(whole(&value), number, "{text}");
        }
    }
}
