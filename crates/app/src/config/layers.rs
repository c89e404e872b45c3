//! The layers that settings are read from.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::ConfigError;

/// Settings by their names in upper case. A layer that is added later overrides those before it.
#[derive(Default)]
pub struct Layers {
    values: BTreeMap<String, String>,
}

impl Layers {
    /// Layers without any settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a configuration file. A missing file is an error only if the operator `named` the file.
    pub fn file(mut self, path: &Path, named: bool) -> Result<Self, ConfigError> {
        let refuse = |reason: String| {
            Err(ConfigError::new(
                "mintage.toml",
                format!("{}: {reason}", path.display()),
            ))
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => {
                return Ok(self);
            }
            Err(error) => return refuse(error.to_string()),
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            // The parser's message quotes the line, which may hold a secret.
            Err(_) => return refuse("is not valid TOML".into()),
        };
        for (key, value) in table {
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => return refuse(format!("{key} must be a string or a number")),
            };
            self.values.insert(key.to_uppercase(), value);
        }
        Ok(self)
    }

    /// Adds the environment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn environment(mut self) -> Self {
        self.values.extend(
            std::env::vars_os().filter_map(|(key, value)| {
                Some((key.into_string().ok()?, value.into_string().ok()?))
            }),
        );
        self
    }

    /// Adds a flag of the command line, if it was given.
    #[must_use]
    pub fn flag(mut self, name: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.values.insert(name.to_owned(), value);
        }
        self
    }

    /// Returns a value that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Parses a value, or the default if the value is not set. The error of `parse` says what the value
    /// must be.
    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        parse(self.get(name).unwrap_or(default)).map_err(|fix| ConfigError::new(name, fix))
    }
}
