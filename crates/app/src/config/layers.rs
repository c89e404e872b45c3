use std::collections::BTreeMap;
use std::path::Path;

use super::error::ConfigError;

/// The layers of the configuration. A later layer overrides an earlier one; names are in upper case.
#[derive(Default)]
pub struct Layers {
    values: BTreeMap<String, String>,
}

impl Layers {
    /// No layers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a configuration file. A missing file is an error only if the operator `named` it.
    pub fn file(mut self, path: &Path, named: bool) -> Result<Self, ConfigError> {
        let wrong = |what: String| {
            Err(ConfigError::new(
                "mintage.toml",
                format!("{}: {what}", path.display()),
            ))
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => {
                return Ok(self);
            }
            Err(error) => return wrong(error.to_string()),
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            // The parser's message quotes the line, which may hold a secret.
            Err(_) => return wrong("is not valid TOML".into()),
        };
        for (key, value) in table {
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => return wrong(format!("{key} must be a text or a number")),
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

    /// Parses a value or its default. The error of `parse` says the fix.
    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        parse(self.get(name).unwrap_or(default)).map_err(|fix| ConfigError::new(name, fix))
    }
}
