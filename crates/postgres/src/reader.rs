//! The hot read: one thread that answers all validations that wait, in one statement.

use std::io;

use mintage_domain::ports::{StoreError, ValidateDone, ValidateQuery, ValidateRead};
use mintage_sql::postgres::validate::validate;
use mintage_sql::worker::{Worker, tell};

use crate::connection::Line;
use crate::error::store_error;

/// A query, and who is told the answer.
pub(crate) type Asked = (ValidateQuery, ValidateDone);

/// Starts the thread.
pub(crate) fn start(line: Line) -> io::Result<Worker<Line, Asked>> {
    Worker::start("postgres-reader", line, |line, asked| {
        let (queries, told): (Vec<ValidateQuery>, Vec<ValidateDone>) = asked.into_iter().unzip();
        for (done, outcome) in told.into_iter().zip(answers(line, &queries)) {
            tell(done, outcome);
        }
    })
}

fn answers(line: &mut Line, queries: &[ValidateQuery]) -> Vec<Result<ValidateRead, StoreError>> {
    let answers = line.link().and_then(|link| {
        link.work(|conn| validate(conn, queries))
            .map_err(store_error)
    });
    answers.unwrap_or_else(|error| vec![Err(error); queries.len()])
}
