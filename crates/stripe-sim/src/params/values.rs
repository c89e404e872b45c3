//! Parsed parameters.

use std::collections::BTreeMap;

use crate::base::metadata::Metadata;

/// A parsed value.
pub(crate) enum ParamValue {
    Text(String),
    Bool(bool),
    Integer(i64),
    Metadata(Metadata),
    TextList(Vec<String>),
    Hash(Params),
    List(Vec<Params>),
}

/// The parsed parameters of a call. A getter returns `None` for an absent parameter and for a
/// parameter of another type.
#[derive(Default)]
pub(crate) struct Params(BTreeMap<&'static str, ParamValue>);

macro_rules! getter {
    ($name:ident, $variant:ident, $output:ty, $convert:expr) => {
        pub(crate) fn $name(&self, name: &str) -> Option<$output> {
            match self.0.get(name) {
                Some(ParamValue::$variant(value)) => Some($convert(value)),
                _ => None,
            }
        }
    };
}

impl Params {
    getter!(text, Text, &str, String::as_str);
    getter!(bool, Bool, bool, |value: &bool| *value);
    getter!(integer, Integer, i64, |value: &i64| *value);
    getter!(text_list, TextList, &[String], Vec::as_slice);
    getter!(hash, Hash, &Params, |value| value);
    getter!(list, List, &[Params], Vec::as_slice);
    getter!(metadata, Metadata, &Metadata, |value| value);

    pub(crate) fn insert(&mut self, name: &'static str, value: ParamValue) {
        self.0.insert(name, value);
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn owned_text(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// Whether a list filter is absent or equal to `value`.
    pub(crate) fn filter_text(&self, name: &str, value: &str) -> bool {
        self.text(name).is_none_or(|wanted| wanted == value)
    }

    /// Whether a list filter is absent or equal to `value`.
    pub(crate) fn filter_bool(&self, name: &str, value: bool) -> bool {
        self.bool(name).is_none_or(|wanted| wanted == value)
    }

    /// The metadata of a new object.
    pub(crate) fn new_metadata(&self) -> Metadata {
        let mut metadata = Metadata::new();
        self.update_metadata(&mut metadata);
        metadata
    }

    /// Merges the parameter `metadata` into an object's metadata. An empty value deletes its key,
    /// and an empty parameter deletes all keys.
    pub(crate) fn update_metadata(&self, metadata: &mut Metadata) {
        let Some(changes) = self.metadata("metadata") else {
            return;
        };
        if changes.is_empty() {
            metadata.clear();
        }
        for (key, value) in changes {
            if value.is_empty() {
                metadata.remove(key);
            } else {
                metadata.insert(key.clone(), value.clone());
            }
        }
    }
}
