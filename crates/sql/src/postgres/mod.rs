//! Statements for PostgreSQL.

/// Locks the rows of a query, and leaves out those that another transaction has locked.
macro_rules! claimable {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

pub mod batch;
pub mod claim;
mod db;
pub mod last_seen;
pub mod rate;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
