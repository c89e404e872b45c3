//! Reads a JSON body into the struct that also describes the body.

use deserr::{Deserr, deserialize};
use mintage_runtime::problem::Problem;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::faults::Faults;

/// The fields of a body, for rules that concern several fields.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl Fields<'_> {
    /// Whether a field is given, even if it has a fault of its own.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// A field, or `None` if the field is missing or has a fault of its own.
    pub(crate) fn get<T: Deserr<Faults>>(&self, name: &str) -> Option<T> {
        let value = self.0.get(name)?.clone();
        deserialize(value).ok()
    }
}

/// Reads a body.
pub(crate) fn read_body<T: Deserr<Faults> + ToSchema>(bytes: &[u8]) -> Result<T, Problem> {
    read_body_with(bytes, |_| Ok(()))
}

/// Reads a body and checks rules that concern several fields. The rules are checked even if a field
/// has a fault of its own, so that one answer names all faults.
pub(crate) fn read_body_with<T: Deserr<Faults> + ToSchema>(
    bytes: &[u8],
    check: impl FnOnce(&Fields<'_>) -> Result<(), Faults>,
) -> Result<T, Problem> {
    let object = parse_object(bytes)?;
    let checked = check(&Fields(&object));
    let faults = match (deserialize(Value::Object(object)), checked) {
        (Ok(body), Ok(())) => return Ok(body),
        (Err(faults), Ok(())) | (Ok(_), Err(faults)) => faults,
        (Err(own), Err(common)) => Faults::and(own, common),
    };
    Err(faults.in_order_of(&field_names::<T>()).into())
}

fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
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

/// The names of the fields of a body, in the order of the description.
fn field_names<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.into_keys().collect(),
        _ => Vec::new(),
    }
}
