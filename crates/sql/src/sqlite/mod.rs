//! Statements for SQLite.

pub mod batch;
pub mod claim;
mod db;
mod statement;
#[path = "../tables/mod.rs"]
pub mod tables;
pub mod validate;
