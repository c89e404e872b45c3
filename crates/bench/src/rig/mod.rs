//! The servers and their databases, ready to be measured.

mod calls;
pub(crate) mod numbers;
pub(crate) mod postgres;
pub(crate) mod settings;
pub(crate) mod sqlite;
mod statements;
