//! `DATABASE_URL`.

use std::path::PathBuf;

use mintage_domain::base::secret::Secret;

use super::error::ConfigError;
use super::layers::Layers;

/// The database of the server.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file, which belongs to one server.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database, which any number of servers share.
    Postgres(Secret),
}

/// Reads `DATABASE_URL`.
pub fn database(layers: &Layers) -> Result<Database, ConfigError> {
    layers.parse("DATABASE_URL", |text| match text.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
        Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(Secret::new(text))),
        _ => Err(
            "must be sqlite://<path> or postgres://<user>@<host>/<database>; \
                      check it for typos or quoting"
                .into(),
        ),
    })
}
