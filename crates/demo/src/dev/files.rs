//! The files that `mintage dev` keeps: in the working directory, or beside the database.

use std::path::{Path, PathBuf};

use super::settings::DevSettings;

/// The database of the server, unless another is named.
const DATABASE_URL: &str = "sqlite://mintage-dev.db";

/// The secrets of the tenant, where the database is no file.
const SECRETS: &str = "mintage-dev.json";

/// The master key of a database that is no file.
const KEY_FILE: &str = "mintage-dev.key";

/// The log of the server.
pub(super) const LOG: &str = "mintage-dev.log";

/// Where the data of the server is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) database_url: String,
    /// The file of a SQLite database.
    pub(super) database: Option<PathBuf>,
    /// The secrets of the tenant that `mintage dev` creates.
    pub(super) secrets: PathBuf,
    /// A master key that is created, where the server needs one and creates none by itself.
    pub(super) key_file: Option<PathBuf>,
}

impl Files {
    pub(super) fn of(settings: &DevSettings) -> Self {
        let database_url = settings.database_url.as_deref().unwrap_or(DATABASE_URL);
        let database = database_url.strip_prefix("sqlite://").map(PathBuf::from);
        let needs_key = database.is_none() && !settings.has_master_key;
        Self {
            database_url: database_url.to_owned(),
            secrets: match &database {
                Some(path) => path.with_extension("json"),
                None => SECRETS.into(),
            },
            key_file: needs_key.then(|| Path::new(KEY_FILE).to_owned()),
            database,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_are_beside_the_database() {
        for (url, has_master_key, database, secrets, key_file) in [
            (
                None,
                false,
                Some("mintage-dev.db"),
                "mintage-dev.json",
                None,
            ),
            (
                Some("sqlite:///tmp/other.db"),
                false,
                Some("/tmp/other.db"),
                "/tmp/other.json",
                None,
            ),
            (
                Some("postgres://h/d"),
                false,
                None,
                "mintage-dev.json",
                Some("mintage-dev.key"),
            ),
            (Some("postgres://h/d"), true, None, "mintage-dev.json", None),
        ] {
            let files = Files::of(&DevSettings {
                database_url: url.map(str::to_owned),
                has_master_key,
                ..DevSettings::default()
            });
            assert_eq!(files.database.as_deref(), database.map(Path::new));
            assert_eq!(files.secrets, Path::new(secrets));
            assert_eq!(files.key_file.as_deref(), key_file.map(Path::new));
        }
    }
}
