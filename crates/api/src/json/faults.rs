//! The faults of a body: each field that is wrong, with its path.

use std::fmt::Display;
use std::ops::ControlFlow;

use deserr::{
    DeserializeError, ErrorKind, IntoValue, MergeWithError, Value, ValueKind, ValuePointerRef,
};
use mintage_runtime::problem::{Detail, Problem};

use super::nearest::unknown_name;

/// The message for a field that is missing or null.
pub(crate) const REQUIRED: &str = "is required";

/// The faults of a body. Reading a body goes on after a fault, so that all faults are collected.
#[derive(Debug)]
pub(crate) struct Faults(Vec<Detail>);

impl Faults {
    /// One fault in one field.
    pub(crate) fn one(path: impl Into<String>, message: impl Display) -> Self {
        Self(vec![Detail::new(path, message.to_string())])
    }

    /// A fault in the field at a location.
    pub(super) fn at(location: ValuePointerRef<'_>, message: impl Display) -> Self {
        Self::one(path(location), message)
    }

    /// These faults and then others.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Sorts the faults by their top-level fields, in the order of `fields`. Faults in one field keep
    /// their order.
    pub(super) fn in_order_of(mut self, fields: &[String]) -> Self {
        self.0.sort_by_key(|fault| {
            let field = fault.path.split('.').next();
            fields.iter().position(|it| Some(it.as_str()) == field)
        });
        self
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::invalid_fields(faults.0)
    }
}

impl MergeWithError<Self> for Faults {
    fn merge(
        known: Option<Self>,
        other: Self,
        _location: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        ControlFlow::Continue(match known {
            Some(known) => known.and(other),
            None => other,
        })
    }
}

impl DeserializeError for Faults {
    fn error<V: IntoValue>(
        known: Option<Self>,
        error: ErrorKind<'_, V>,
        location: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let fault = match error {
            ErrorKind::MissingField { field } => Self::at(location.push_key(field), REQUIRED),
            ErrorKind::IncorrectValueKind {
                actual: Value::Null,
                ..
            } => Self::at(location, REQUIRED),
            ErrorKind::IncorrectValueKind { accepted, .. } => {
                Self::at(location, expected(accepted))
            }
            ErrorKind::Unexpected { msg } => Self::at(location, msg),
            ErrorKind::UnknownKey { key, accepted } => Self::at(
                location.push_key(key),
                unknown_name(key, accepted.iter().copied()),
            ),
            ErrorKind::UnknownValue { .. } | ErrorKind::BadSequenceLen { .. } => {
                Self::at(location, "is not valid")
            }
        };
        Self::merge(known, fault, location)
    }
}

/// The message for a value of another kind than the accepted one. Text, numbers and lists have
/// messages of their own in [`super::value`].
fn expected(accepted: &[ValueKind]) -> &'static str {
    match accepted {
        [ValueKind::Boolean] => "must be true or false",
        [ValueKind::Map] => "must be an object",
        [ValueKind::Sequence] => "must be a list",
        _ => "is not valid",
    }
}

/// The path of a location: `customer.email`.
fn path(location: ValuePointerRef<'_>) -> String {
    let (before, last) = match location {
        ValuePointerRef::Origin => return String::new(),
        ValuePointerRef::Key { key, prev } => (path(*prev), key.to_owned()),
        ValuePointerRef::Index { index, prev } => (path(*prev), index.to_string()),
    };
    if before.is_empty() {
        last
    } else {
        format!("{before}.{last}")
    }
}
