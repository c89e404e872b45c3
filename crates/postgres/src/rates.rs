//! The rate limiter of the node: one thread that takes, in one statement, for all callers that wait.

use std::io;
use std::time::Duration;

use mintage_domain::model::access::rate::Take;
use mintage_domain::ports::{StoreError, TakeQuery};
use mintage_sql::postgres::rate::take;
use mintage_sql::queue::Queue;

use crate::connection::Line;

/// The rate limiter with the queries that wait for it.
pub(crate) type Rates = Queue<Line, TakeQuery, Result<Take, StoreError>>;

/// Starts the thread.
pub(crate) fn start(line: Line, patience: Duration) -> io::Result<Rates> {
    Queue::start(
        "postgres-rates",
        line,
        patience,
        Err,
        |line, queries| match line.work(|conn| take(conn, queries)) {
            Ok(takes) => takes.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error); queries.len()],
        },
    )
}
