//! The writer of the node: a thread, a connection, one transaction for all that waits.

use std::time::{Duration, Instant};
use std::{io, thread};

use diesel::prelude::*;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{CommitError, StoreError};
use mintage_sql::Error;
use mintage_sql::batch::{End, Failure, Transact, Verdict, attempt, commit, judge_and_write};
use mintage_sql::postgres::batch::Batch;
use mintage_sql::postgres::tables::commit::commit_id;
use mintage_sql::queue::Queue;

use crate::connection::Line;
use crate::error::{database_error, is_worth_another_try};

/// Guards are judged on rows that are locked, so the weakest level that is free of dirty reads is
/// enough, whatever the server's default is.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The writer with the changes that wait for it.
pub(crate) type Writing = Queue<Writer, Changes, Result<Receipt, CommitError>>;

/// The state of the writer thread.
pub(crate) struct Writer {
    line: Line,
    patience: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(line: Line, patience: Duration) -> io::Result<Writing> {
        let writer = Self { line, patience };
        let refuse = |error| Err(CommitError::Store(error));
        Queue::start("postgres-writer", writer, patience, refuse, commit)
    }

    /// Whether a batch was committed although its connection was lost before COMMIT answered.
    fn was_committed(&mut self, batch: &[Changes]) -> Result<bool, StoreError> {
        let Some(first) = batch.first() else {
            return Ok(false);
        };
        let until = Instant::now() + self.patience;
        loop {
            self.line.hang_up();
            match self.ask(first) {
                Err(StoreError::Unavailable(_)) if Instant::now() < until => {
                    thread::sleep(Duration::from_millis(100));
                }
                answer => return answer,
            }
        }
    }

    /// Asks by inserting the id, which the lost transaction had inserted before its COMMIT was
    /// sent: if the server has not ended that transaction yet, the insert waits until it has. The
    /// insert itself is rolled back.
    fn ask(&mut self, first: &Changes) -> Result<bool, StoreError> {
        let connection = self.line.link()?.connection();
        let mut inserted = Ok(true);
        let rolled_back = connection.transaction::<(), _, _>(|connection| {
            inserted = commit_id::insert(connection, first);
            Err(diesel::result::Error::RollbackTransaction)
        });
        match (inserted, rolled_back) {
            (Ok(inserted), Err(diesel::result::Error::RollbackTransaction)) => Ok(!inserted),
            (Err(error), _) | (Ok(_), Err(error)) => Err(database_error(&error)),
            (Ok(_), Ok(())) => unreachable!("the transaction always rolls back"),
        }
    }

    /// Why a transaction was undone by a server that still answers.
    fn undone(&self, error: &diesel::result::Error, took: Duration) -> Failure {
        if is_worth_another_try(error, took, self.patience) {
            Failure::Undone
        } else {
            Failure::Store(database_error(error))
        }
    }

    /// The line to the database.
    pub(crate) fn line(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Transact for Writer {
    fn transact(&mut self, batch: &[Changes], careful: bool) -> Result<Vec<Verdict>, Failure> {
        let link = self.line.link().map_err(Failure::Store)?;
        let started = Instant::now();
        let end = attempt(link.connection(), BEGIN, |connection| {
            judge_and_write(&mut Batch::new(connection), batch, careful)
        });
        let took = started.elapsed();
        match end {
            End::Done(verdicts) => Ok(verdicts),
            End::Failed(Error::Raced) => Err(Failure::Raced),
            End::Failed(Error::Row(error)) => Err(Failure::Store(error)),
            // What was not committed is undone, so it can be done again on another connection.
            End::Failed(Error::Database(error)) if link.note(&error) => {
                self.line.hang_up();
                Err(Failure::Undone)
            }
            End::Uncertain(verdicts, error) if link.note(&error) => {
                match self.was_committed(batch) {
                    Ok(true) => Ok(verdicts),
                    Ok(false) => Err(Failure::Undone),
                    Err(error) => Err(Failure::Store(error)),
                }
            }
            // The server answered: it did not commit.
            End::Failed(Error::Database(error)) | End::Uncertain(_, error) => {
                Err(self.undone(&error, took))
            }
        }
    }
}
