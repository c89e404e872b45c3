//! A field of a change, where a missing field and `null` differ.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use mintage_domain::base::change::Change;

use super::faults::Faults;

/// A field of a change: missing for a value that stays, `null` for none.
pub(crate) struct Patch<T>(pub(crate) Change<T>);

impl<T> Default for Patch<T> {
    fn default() -> Self {
        Self(Change::Keep)
    }
}

impl<T: Deserr<Faults>> Deserr<Faults> for Patch<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        Ok(Self(match value {
            Value::Null => Change::Clear,
            value => Change::Set(T::deserialize_from_value(value, location)?),
        }))
    }
}
