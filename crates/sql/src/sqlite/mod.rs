//! Statements for SQLite.

pub mod batch;
pub mod claim;
mod db;
pub mod last_seen;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
