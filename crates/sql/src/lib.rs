#![doc = include_str!("../README.md")]
#![cfg_attr(
    all(feature = "postgres", feature = "sqlite"),
    expect(
        clippy::duplicate_mod,
        reason = "the tables are compiled once per database"
    )
)]

pub mod batch;
pub mod claim;
mod declare;
mod error;
mod lookup;
mod newest;
mod paging;
mod place;
mod ports;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod queue;
pub mod schema;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod table;
mod terms;
pub mod touched;
#[doc(hidden)]
pub mod watch;
pub mod worker;
mod writes;

pub use error::Error;
