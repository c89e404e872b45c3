//! A field of a change.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

use super::faults::Faults;

/// A field of a change, where `null` has a meaning of its own.
#[derive(Default)]
pub(crate) enum Patch<T> {
    /// The field is not named, so it stays.
    #[default]
    Absent,
    /// The field is emptied.
    Null,
    /// The field gets this value.
    Value(T),
}

impl<T> Patch<T> {
    /// `None` if the field stays, `Some(None)` if it is emptied.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Option<Option<U>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(convert(value))),
        }
    }
}

impl<T: Deserr<Faults>> Deserr<Faults> for Patch<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        match value {
            Value::Null => Ok(Self::Null),
            value => T::deserialize_from_value(value, location).map(Self::Value),
        }
    }
}
