#![doc = include_str!("../README.md")]

pub mod batch;
pub mod claims;
mod error;
mod facts;
mod inserts;
mod place;
pub mod reads;
pub mod rows;
pub mod schema;
pub mod seen;
pub mod touched;
mod upserts;
#[doc(hidden)]
pub mod watch;
pub mod worker;
pub mod writes;
pub mod writing;

pub use error::Error;
