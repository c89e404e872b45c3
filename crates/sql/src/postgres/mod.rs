//! Statements for PostgreSQL.

pub mod batch;
pub mod claim;
mod db;
pub mod last_seen;
pub mod rate;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
