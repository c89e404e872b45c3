//! Where the servers of a test keep things.

use std::sync::LazyLock;

use mintage_pgtmp as pgtmp;
use tempfile::TempDir;

/// A database of one test, gone with it.
pub(crate) enum Database {
    /// A file for one server.
    Sqlite(TempDir),
    /// A PostgreSQL for any number of them.
    Postgres(pgtmp::Database),
}

impl Database {
    /// A new and empty one.
    pub(crate) fn postgres() -> Self {
        static SERVER: LazyLock<pgtmp::Server> = LazyLock::new(|| {
            let options = pgtmp::Options {
                durable: true,
                ..pgtmp::Options::default()
            };
            pgtmp::Server::start_with(&options).unwrap_or_else(|error| panic!("{error}"))
        });
        Self::Postgres(SERVER.create_database().expect("a database"))
    }

    /// The settings that name it.
    pub(crate) fn settings(&self) -> [(&'static str, String); 2] {
        let url = match self {
            Self::Sqlite(dir) => format!("sqlite://{}", dir.path().join("mintage.db").display()),
            Self::Postgres(database) => database.url().to_owned(),
        };
        // All servers on a database share it; that it is no secret is fine for a test.
        let master_key = "c4".repeat(32);
        [("DATABASE_URL", url), ("MINTAGE_MASTER_KEY", master_key)]
    }
}
