//! The settings that count, for people to read.

use super::database::{Database, database};
use super::known::{SETTINGS, Source};
use super::layers::Layers;
use super::master_key::key_file_of;

/// A setting as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The name of the setting.
    pub name: &'static str,
    /// The value with its secrets masked; empty for none.
    pub value: String,
    /// Where the value comes from.
    pub source: Source,
}

/// All settings. Values that cannot be used are among them.
pub fn effective(layers: &Layers) -> Vec<Effective> {
    let each = SETTINGS.iter().map(|setting| {
        let (value, source) = match layers.set(setting.name) {
            Some((value, source)) => (setting.shown.mask(value), source.clone()),
            None => (
                default_of(layers, setting.name, setting.default),
                Source::Default,
            ),
        };
        Effective {
            name: setting.name,
            value,
            source,
        }
    });
    each.collect()
}

/// The default of a setting; some follow from others.
fn default_of(layers: &Layers, name: &str, default: &str) -> String {
    match name {
        "MINTAGE_PUBLIC_URL" => {
            let listen = layers.parse("MINTAGE_LISTEN", |text| Ok(text.to_owned()));
            listen.map_or_else(|_| String::new(), |listen| format!("http://{listen}"))
        }
        "MINTAGE_MASTER_KEY_FILE" if layers.get("MINTAGE_MASTER_KEY").is_none() => {
            match database(layers) {
                Ok(Database::Sqlite(path)) => key_file_of(&path).display().to_string(),
                _ => String::new(),
            }
        }
        _ => default.to_owned(),
    }
}
