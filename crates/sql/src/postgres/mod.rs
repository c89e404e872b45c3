//! Statements for PostgreSQL.

/// Locks the rows of a query until the transaction ends.
macro_rules! locked {
    ($query:expr) => {
        $query.for_update()
    };
}

pub mod batch;
pub mod claim;
mod db;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
