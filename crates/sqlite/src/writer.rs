//! The one writer of the server: a thread, a connection, one transaction for all that waits.

use std::io;

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{CommitError, StoreError};
use mintage_sql::batch::{End, Failure, Transact, Verdict, attempt, commit, judge_and_write};
use mintage_sql::queue::Queue;
use mintage_sql::sqlite::batch::Batch;
use mintage_sql::sqlite::tables::commit::commit_id;

use crate::config::SqliteConfig;
use crate::connection;
use crate::error::{database_error, failure, store_error};

/// The writer with the changes that wait for it.
pub(crate) type Writing = Queue<Writer, Changes, Result<Receipt, CommitError>>;

/// The writing connection, and how to make it anew.
#[derive(Clone)]
struct Source {
    url: String,
    config: SqliteConfig,
}

/// The state of the writer thread.
pub(crate) struct Writer {
    source: Source,
    connection: SqliteConnection,
}

impl Writer {
    /// Starts the thread on a connection that is already open.
    pub(crate) fn start(
        connection: SqliteConnection,
        url: &str,
        config: &SqliteConfig,
    ) -> io::Result<Writing> {
        let source = Source {
            url: url.to_owned(),
            config: config.clone(),
        };
        let writer = Self { source, connection };
        let refuse = |error| Err(CommitError::Store(error));
        let patience = config.patience;
        Queue::start("sqlite-writer", writer, patience, refuse, commit)
    }

    /// Does something in a transaction of its own.
    pub(crate) fn immediately<T>(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, mintage_sql::Error>,
    ) -> Result<T, StoreError> {
        self.mend()?;
        self.connection
            .immediate_transaction(work)
            .map_err(store_error)
    }

    /// Makes the connection anew if its last transaction could not be ended.
    fn mend(&mut self) -> Result<(), StoreError> {
        if AnsiTransactionManager::is_broken_transaction_manager(&mut self.connection) {
            self.connection = connection::open(&self.source.url, &self.source.config)
                .map_err(StoreError::Unavailable)?;
        }
        Ok(())
    }

    /// Whether a batch was committed after all.
    fn was_committed(&mut self, batch: &[Changes]) -> Result<bool, StoreError> {
        self.mend()?;
        let Some(first) = batch.first() else {
            return Ok(false);
        };
        commit_id::exists(&mut self.connection, &first.id).map_err(|error| database_error(&error))
    }

    /// For tests to watch.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

impl Transact for Writer {
    fn transact(&mut self, batch: &[Changes], careful: bool) -> Result<Vec<Verdict>, Failure> {
        self.mend().map_err(Failure::Store)?;
        let end = attempt(&mut self.connection, "BEGIN IMMEDIATE", |connection| {
            judge_and_write(&mut Batch::new(connection), batch, careful)
        });
        match end {
            End::Done(verdicts) => Ok(verdicts),
            End::Failed(error) => Err(failure(error)),
            End::Uncertain(verdicts, error) => match self.was_committed(batch) {
                Ok(true) => Ok(verdicts),
                Ok(false) => Err(Failure::Store(database_error(&error))),
                Err(error) => Err(Failure::Store(error)),
            },
        }
    }
}
