//! The contract of the port.

use std::ops::Deref;
use std::path::PathBuf;

use diesel::SqliteConnection;
use diesel::connection::{Connection, SimpleConnection};
use mintage_domain::ports::Store;
use mintage_sqlite::{SqliteConfig, SqliteStore};
use mintage_testkit::contracts::store::Reopen;
use tempfile::TempDir;

/// A store in a directory of its own, which goes with it.
pub(crate) struct Fresh {
    store: SqliteStore,
    path: PathBuf,
    _dir: TempDir,
}

impl Fresh {
    pub(crate) fn open() -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("mintage.db");
        Self {
            store: SqliteStore::open_server(&path, &SqliteConfig::default()).unwrap(),
            path,
            _dir: dir,
        }
    }

    /// Runs a statement beside the store.
    pub(crate) fn run(&self, statement: &str) {
        let mut beside = SqliteConnection::establish(self.path.to_str().unwrap()).unwrap();
        beside.batch_execute(statement).unwrap();
    }
}

impl Deref for Fresh {
    type Target = SqliteStore;

    fn deref(&self) -> &SqliteStore {
        &self.store
    }
}

struct Place {
    path: PathBuf,
    _dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self {
            path: dir.path().join("mintage.db"),
            _dir: dir,
        }
    }
}

impl Reopen for Place {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_server(&self.path, &SqliteConfig::default()).unwrap())
    }
}

mod core {
    use super::Fresh;

    mintage_testkit::store_contract!(core: Fresh::open());
}

mod durable {
    use super::Place;

    mintage_testkit::store_contract!(durable: Place::new());
}
