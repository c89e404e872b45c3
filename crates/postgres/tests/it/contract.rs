//! The contract of the port.

use std::ops::Deref;
use std::sync::LazyLock;

use mintage_domain::ports::Store;
use mintage_pgtmp::{Database, Server};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_testkit::contracts::store::Reopen;

/// A database with the tables in it, that each test gets a copy of.
static MODEL: LazyLock<Database> = LazyLock::new(|| {
    let model = Server::shared().create_database().unwrap();
    PostgresStore::open(model.url(), &config()).unwrap();
    model
});

/// Few connections: many tests run at once on one small server.
pub(crate) fn config() -> PostgresConfig {
    PostgresConfig {
        connections: 3,
        ..PostgresConfig::default()
    }
}

pub(crate) fn database() -> Database {
    Server::shared().create_database_from(&MODEL).unwrap()
}

/// A store on a database of its own, which goes with it.
pub(crate) struct Fresh {
    store: PostgresStore,
    database: Database,
}

impl Fresh {
    pub(crate) fn open() -> Self {
        let database = database();
        Self {
            store: PostgresStore::open(database.url(), &config()).unwrap(),
            database,
        }
    }

    /// Runs a statement beside the store.
    pub(crate) fn run(&self, statement: &str) {
        self.database.run(statement).unwrap();
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

impl Deref for Fresh {
    type Target = PostgresStore;

    fn deref(&self) -> &PostgresStore {
        &self.store
    }
}

struct Place(Database);

impl Reopen for Place {
    fn open(&self) -> Box<dyn Store> {
        Box::new(PostgresStore::open(self.0.url(), &config()).unwrap())
    }
}

mod core {
    use super::Fresh;

    mintage_testkit::store_contract!(core: Fresh::open());
}

mod durable {
    use super::{Place, database};

    mintage_testkit::store_contract!(durable: Place(database()));
}
