//! Reads a JSON body field by field, so that one answer names every bad field.

use std::fmt::Display;

use mintage_runtime::problem::{Detail, Problem};
use serde_json::{Map, Value};

/// A JSON object, with the problems found so far.
pub(crate) struct Fields {
    object: Map<String, Value>,
    /// The path of this object within the body: `customer.`.
    within: String,
    problems: Vec<Detail>,
}

impl Fields {
    /// Reads a body as one JSON object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self {
                object,
                within: String::new(),
                problems: Vec::new(),
            }),
            Ok(_) => Err(Problem::invalid(
                "the body must be a JSON object",
                Vec::new(),
            )),
            Err(error) => Err(Problem::invalid(
                format!(
                    "the body is not valid JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
                Vec::new(),
            )),
        }
    }

    fn problem(&mut self, path: &str, message: impl Display) {
        self.problems.push(Detail {
            path: format!("{}{path}", self.within),
            message: message.to_string(),
        });
    }

    /// Reads a required text.
    pub(crate) fn required<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if matches!(self.object.get(name), None | Some(Value::Null)) {
            self.problem(name, "is required");
            return None;
        }
        self.optional(name, parse)
    }

    /// Reads a text that may be missing or null.
    pub(crate) fn optional<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = match self.object.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => parse(text).map_err(|error| error.to_string()),
            Some(_) => Err("must be a string".to_owned()),
        };
        match parsed {
            Ok(value) => Some(value),
            Err(message) => {
                self.problem(name, message);
                None
            }
        }
    }

    /// Reads a whole number within bounds that may be missing or null.
    pub(crate) fn integer(
        &mut self,
        name: &str,
        within: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = match self.object.get(name) {
            None | Some(Value::Null) => return None,
            Some(value) => whole(value).filter(|number| within.contains(number)),
        };
        if number.is_none() {
            let (least, most) = (within.start(), within.end());
            self.problem(
                name,
                format!("must be a whole number from {least} to {most}"),
            );
        }
        number
    }

    /// Reads a list of texts that may be missing or null.
    pub(crate) fn texts<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(Vec<String>) -> Result<T, E>,
    ) -> Option<T> {
        let list: Option<Vec<String>> = match self.object.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            Some(_) => None,
        };
        match list.map(parse) {
            Some(Ok(value)) => return Some(value),
            Some(Err(error)) => self.problem(name, error),
            None => self.problem(name, "must be a list of strings"),
        }
        None
    }

    /// Reads a required object field by field.
    pub(crate) fn required_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let object = match self.object.get(name) {
            Some(Value::Object(object)) => object.clone(),
            None | Some(Value::Null) => {
                self.problem(name, "is required");
                return None;
            }
            Some(_) => {
                self.problem(name, "must be an object");
                return None;
            }
        };
        let mut inner = Self {
            object,
            within: format!("{}{name}.", self.within),
            problems: Vec::new(),
        };
        let value = read(&mut inner);
        self.problems.append(&mut inner.problems);
        value
    }

    /// Reads a free-form object that may be missing or null.
    pub(crate) fn free_object<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(Map<String, Value>) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = match self.object.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Object(object)) => parse(object.clone()).map_err(|error| error.to_string()),
            Some(_) => Err("must be an object".to_owned()),
        };
        parsed.map_err(|message| self.problem(name, message)).ok()
    }

    /// Adds a problem that concerns several fields together, under the name of one of them.
    pub(crate) fn reject(&mut self, name: &str, message: impl Display) {
        self.problem(name, message);
    }

    /// Reads a required `true` or `false`.
    pub(crate) fn required_bool(&mut self, name: &str) -> Option<bool> {
        match self.object.get(name) {
            Some(Value::Bool(value)) => return Some(*value),
            None | Some(Value::Null) => self.problem(name, "is required"),
            Some(_) => self.problem(name, "must be true or false"),
        }
        None
    }

    /// Returns what was read, if nothing was wrong.
    pub(crate) fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        if self.problems.is_empty()
            && let Some(value) = build()
        {
            return Ok(value);
        }
        Err(Problem::invalid_fields(self.problems))
    }
}

/// Reads a whole number. `3.0` is one too, as JSON Schema defines it.
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
