//! Use cases. Each one reads through a port, decides, and commits one value.

pub mod access;
pub mod caller;
pub mod catalog;
pub mod commit_loop;
pub mod env;
pub mod failure;
pub mod licenses;
pub mod master_key;
pub mod outbox;
pub mod retention;
pub mod sales;
pub mod sellers;
pub mod stripe;
pub mod sweep;
