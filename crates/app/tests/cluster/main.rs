//! Servers that share one PostgreSQL act as one: what one has done the others know.

mod changes;
mod cluster;
#[expect(dead_code, reason = "crash tests run on SQLite too")]
mod database;
mod devices;
mod doctor;
#[path = "../http/harness/mod.rs"]
#[expect(dead_code, reason = "the tests over HTTP use all of it")]
mod harness;
mod limits;
mod node;
mod sales;
mod signed;
