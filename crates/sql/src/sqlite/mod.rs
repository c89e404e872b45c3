//! Statements for SQLite.

/// Nothing: SQLite has one writer at a time, so that rows need no locks.
macro_rules! claimable {
    ($query:expr) => {
        $query
    };
}

pub mod batch;
pub mod claim;
mod db;
pub mod last_seen;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
