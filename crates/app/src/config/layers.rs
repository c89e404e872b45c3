//! The layers that settings are read from.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::ConfigError;
use super::known::{Source, claims_to_be_a_setting, setting, unknown};

/// Settings by their names in upper case. A layer that is added later overrides those before it.
#[derive(Clone, Default)]
pub struct Layers {
    values: BTreeMap<String, (String, Source)>,
}

impl Layers {
    /// Layers without any settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a configuration file, all of whose keys must be settings. A missing file is an error only if
    /// the operator `named` the file.
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
            let name = key.to_uppercase();
            if setting(&name).is_none() {
                return refuse(format!("{key} {}", unknown(&key)));
            }
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => return refuse(format!("{key} must be a string or a number")),
            };
            self.values
                .insert(name, (value, Source::File(path.to_owned())));
        }
        Ok(self)
    }

    /// Adds the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn environment(self) -> Result<Self, ConfigError> {
        self.variables(
            std::env::vars_os().filter_map(|(key, value)| {
                Some((key.into_string().ok()?, value.into_string().ok()?))
            }),
        )
    }

    /// Adds variables. One that begins with `MINTAGE_` must be a setting, since it may be a misspelt one.
    pub fn variables(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        for (name, value) in variables {
            if setting(&name).is_some() {
                self.values.insert(name, (value, Source::Environment));
            } else if claims_to_be_a_setting(&name) {
                let fix = unknown(&name);
                return Err(ConfigError::new(name, fix));
            }
        }
        Ok(self)
    }

    /// Adds a flag of the command line, if it was given.
    #[must_use]
    pub fn flag(mut self, name: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.values.insert(name.to_owned(), (value, Source::Flag));
        }
        self
    }

    /// Returns a value that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.set(name).map(|(value, _)| value)
    }

    /// Returns a value that is set and not empty, and where it is set.
    pub(super) fn set(&self, name: &str) -> Option<(&str, &Source)> {
        let (value, source) = self.values.get(name)?;
        let value = value.trim();
        (!value.is_empty()).then_some((value, source))
    }

    /// Parses a value, or the setting's default if the value is not set. The error of `parse` says what
    /// the value must be.
    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let default = setting(name).map_or("", |setting| setting.default);
        self.parse_or(name, default, parse)
    }

    /// The same with a default that depends on other settings.
    pub(super) fn parse_or<T>(
        &self,
        name: &'static str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        parse(self.get(name).unwrap_or(default)).map_err(|fix| ConfigError::new(name, fix))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_setting_is_refused_in_each_layer() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, said) in [
            ("mintage_listen = '[::1]:80'", None),
            ("mintage_fee_bps = 9", None),
            ("MINTAGE_FEE_BPS = 9", None),
            (
                "mintage_listne = '[::1]:80'",
                Some("mintage_listne is no setting of Mintage; did you mean MINTAGE_LISTEN?"),
            ),
            ("color = 'blue'", Some("color is no setting of Mintage")),
            ("[mintage]", Some("mintage is no setting of Mintage")),
        ] {
            std::fs::write(file.path(), text).unwrap();
            let error = Layers::new().file(file.path(), true).err();
            match (error, said) {
                (None, None) => {}
                (Some(error), Some(said)) => assert!(error.to_string().contains(said), "{error}"),
                (error, _) => panic!("{text}: {error:?}"),
            }
        }
        for (name, said) in [
            ("MINTAGE_LISTEN", None),
            ("HOME", None),
            (
                "MINTAGE_FEE_BPSS",
                Some("MINTAGE_FEE_BPSS: is no setting of Mintage; did you mean MINTAGE_FEE_BPS?"),
            ),
        ] {
            let variable = (name.to_owned(), "sesame".to_owned());
            let error = Layers::new().variables([variable]).err();
            let error = error.map(|error| error.to_string());
            assert_eq!(error.as_deref(), said);
        }
    }

    #[test]
    fn the_last_layer_counts_and_is_named() {
        let layers = Layers::new()
            .variables([("MINTAGE_FEE_BPS".to_owned(), "1".to_owned())])
            .unwrap();
        assert_eq!(
            layers.set("MINTAGE_FEE_BPS"),
            Some(("1", &Source::Environment))
        );
        let layers = layers.flag("MINTAGE_FEE_BPS", Some("2".to_owned()));
        assert_eq!(layers.set("MINTAGE_FEE_BPS"), Some(("2", &Source::Flag)));
    }
}
