//! The field `key` of the signed calls.

use crate::request::Fields;

/// Reads the key of a license, as a buyer types it.
pub(super) fn key_field(fields: &mut Fields) -> Option<String> {
    fields.required("key", |text| match text.len() {
        1..=256 => Ok(text.to_owned()),
        _ => Err("must have 1 to 256 bytes"),
    })
}
