//! A SQLite file with the data and a server on it, and a copy of the file for the yardstick.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use mintage_sqlite::{SqliteConfig, SqliteStore};

use crate::cases::case::{Case, Store, Work, spread};
use crate::data::bulk::Bulk;
use crate::data::rows::add_licenses;
use crate::data::sqlite::SqliteFile;
use crate::error::{BenchError, BenchResult};
use crate::load::Measured;
use crate::process::server::Server;
use crate::rig::calls::Calls;
use crate::rig::numbers::Numbers;
use crate::rig::settings::Settings;
use crate::yardstick::plan::written_rows;
use crate::yardstick::sqlite::Transaction;

/// A file with the data, and a server on it.
pub(crate) struct SqliteRig {
    settings: Rc<Settings>,
    path: PathBuf,
    file: SqliteFile,
    yardstick: SqliteFile,
    transaction: Option<Transaction>,
    server: Option<Server>,
    numbers: Numbers,
}

impl SqliteRig {
    /// Makes the data and its copy.
    pub(crate) fn new(settings: Rc<Settings>) -> BenchResult<Self> {
        let path = settings.directory().join("mintage.db");
        let copy = settings.directory().join("yardstick.db");
        let store = SqliteStore::open_tool(&path, &SqliteConfig::default());
        let store = store.map_err(BenchError::cannot("create the tables"))?;
        settings.market.write_to(&store)?;
        drop(store);
        let mut file = SqliteFile::open(&path)?;
        add_licenses(&mut file, &settings.market.models, settings.size)?;
        file.execute("pragma wal_checkpoint(truncate); analyze;")?;
        fs::copy(&path, &copy).map_err(BenchError::cannot("copy the SQLite file"))?;
        Ok(Self {
            yardstick: SqliteFile::open(&copy)?,
            settings,
            path,
            file,
            transaction: None,
            server: None,
            numbers: Numbers::default(),
        })
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path.display())
    }

    /// Stops the server. Only one may use the file.
    pub(crate) fn stop_server(&mut self) {
        self.server = None;
    }

    /// Runs a case.
    pub(crate) fn measure(&mut self, case: Case) -> BenchResult<Measured> {
        if !case.work.is_yardstick() {
            return self.calls()?.measure(case);
        }
        if case.work != Work::IssueRows {
            return Err(BenchError::new(format!("{case} cannot be measured")));
        }
        let tenants = self.settings.size.tenants;
        let window = self.settings.window;
        if self.transaction.is_none() {
            self.transaction = Some(self.prepare_transaction()?);
        }
        match &self.transaction {
            Some(transaction) => {
                transaction.run(&mut self.yardstick, case.tenants, tenants, window)
            }
            None => Err(BenchError::new("there is no transaction")),
        }
    }

    fn calls(&mut self) -> BenchResult<Calls<'_>> {
        if self.server.is_none() {
            let variables = self.settings.variables(&self.url());
            let directory = self.settings.directory();
            let server = Server::start(&self.settings.program, directory, &variables)?;
            self.server = Some(server);
        }
        Ok(Calls {
            settings: &self.settings,
            size: self.settings.size,
            db: &mut self.file,
            servers: self.server.as_slice(),
            database_process: None,
            numbers: &mut self.numbers,
        })
    }

    /// The rows that the product writes for a license, as one call has written them.
    fn prepare_transaction(&mut self) -> BenchResult<Transaction> {
        let call = spread(Store::Sqlite, Work::Issue, 1);
        // The first call of a server writes what later calls do not.
        self.calls()?.call_once(call)?;
        let (before, after) = self.calls()?.call_once(call)?;
        let rows = written_rows(Work::IssueRows, &before, &after)?;
        Transaction::new(&mut self.file, &rows)
    }
}
