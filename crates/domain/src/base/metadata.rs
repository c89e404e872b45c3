//! Free-form metadata that a seller stores with a license or a customer.

use serde_json::{Map, Value};

/// A JSON object of bounded size: at most 50 keys of 1 to 40 printable characters, at most 16 kB
/// of JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata(Map<String, Value>);

/// The object exceeds a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "may have at most 50 keys of 1 to 40 characters without control characters, and at most 16 kB \
     as JSON"
)]
pub struct InvalidMetadata;

impl Metadata {
    /// The largest number of keys.
    pub const MAX_KEYS: usize = 50;
    /// The largest length of a key, in characters.
    pub const MAX_KEY: usize = 40;
    /// The largest size of the object, in bytes of JSON text.
    pub const MAX_BYTES: usize = 16 * 1024;
    /// The largest length of a searchable value, in characters.
    pub const MAX_SEARCHED: usize = 255;

    /// Accepts an object that is within the limits.
    pub fn parse(object: Map<String, Value>) -> Result<Self, InvalidMetadata> {
        let is_valid_key = |key: &String| {
            (1..=Self::MAX_KEY).contains(&key.chars().count()) && !key.chars().any(char::is_control)
        };
        if object.len() > Self::MAX_KEYS || !object.keys().all(is_valid_key) {
            return Err(InvalidMetadata);
        }
        let metadata = Self(object);
        if metadata.to_json().len() > Self::MAX_BYTES {
            return Err(InvalidMetadata);
        }
        Ok(metadata)
    }

    /// The JSON object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The object as JSON text.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// The searchable entries: keys whose values are texts of at most 255 characters without
    /// control characters. Indexes do not hold longer values.
    pub fn searched(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| {
            let text = value.as_str()?;
            let fits =
                text.chars().count() <= Self::MAX_SEARCHED && !text.chars().any(char::is_control);
            fits.then_some((key.as_str(), text))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(keys: usize, key: usize, value: usize) -> Map<String, Value> {
        (0..keys)
            .map(|n| (format!("{n:0>key$}"), Value::from("é".repeat(value))))
            .collect()
    }

    #[test]
    fn an_object_within_the_limits_is_taken_and_one_beyond_is_not() {
        for (keys, key, value, good) in [
            (0, 1, 0, true),
            (50, 40, 10, true),
            (51, 40, 10, false),
            (1, 41, 10, false),
            (1, 1, 8_188, true),
            (1, 1, 8_189, false),
        ] {
            let parsed = Metadata::parse(object(keys, key, value));
            assert_eq!(parsed.is_ok(), good, "{keys} {key} {value}");
        }
        for key in ["", "a\nb", "nul\0"] {
            let object = Map::from_iter([(key.to_owned(), Value::Null)]);
            assert_eq!(Metadata::parse(object), Err(InvalidMetadata), "{key:?}");
        }
    }

    #[test]
    fn licenses_are_found_by_short_texts_only() {
        let value = json!({
            "campaign": "launch", "n": 1, "deep": {"a": "b"}, "list": ["x"], "none": null,
            "empty": "", "nul": "\u{0}", "fits": "é".repeat(255), "long": "é".repeat(256),
        });
        let object = value.as_object().cloned().unwrap_or_default();
        let metadata = Metadata::parse(object).expect("it is small");
        let keys: Vec<&str> = metadata.searched().map(|(key, _)| key).collect();
        assert_eq!(keys, ["campaign", "empty", "fits"]);
    }
}
