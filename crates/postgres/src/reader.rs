//! The hot read: one thread that answers all validations that wait, in one statement.

use std::io;
use std::time::Duration;

use mintage_domain::ports::{StoreError, ValidateQuery, ValidateRead};
use mintage_sql::postgres::validate::validate;
use mintage_sql::queue::Queue;

use crate::connection::Line;

/// The reader with the queries that wait for it.
pub(crate) type Reading = Queue<Line, ValidateQuery, Result<ValidateRead, StoreError>>;

/// Starts the thread.
pub(crate) fn start(line: Line, patience: Duration) -> io::Result<Reading> {
    Queue::start("postgres-reader", line, patience, Err, |line, queries| {
        answers(line, queries)
    })
}

fn answers(line: &mut Line, queries: &[ValidateQuery]) -> Vec<Result<ValidateRead, StoreError>> {
    let answers = line.work(|conn| validate(conn, queries));
    answers.unwrap_or_else(|error| vec![Err(error); queries.len()])
}
