//! The database's variable.

use std::path::PathBuf;

use mintage_domain::secret::Secret;

use super::error::ConfigError;
use super::layers::Layers;

/// Where things are kept.
#[derive(Debug, Clone)]
pub enum Database {
    /// In a file of this server's own.
    Sqlite(PathBuf),
    /// In a PostgreSQL, shared by any number of servers.
    Postgres(Secret),
}

/// Reads where things are kept.
pub fn database(layers: &Layers) -> Result<Database, ConfigError> {
    layers.parse("DATABASE_URL", "sqlite://mintage.db", |text| {
        match text.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(Secret::new(text))),
            _ => Err(
                "must be sqlite://<path> or postgres://<user>@<host>/<database>; \
                      check it for typos or quoting"
                    .into(),
            ),
        }
    })
}
