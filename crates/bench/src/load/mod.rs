//! The load generator: HTTP/1.1 over connections that are kept open, on one thread.

mod answer;
mod caller;
mod connection;
mod run;

pub(crate) use caller::{Caller, Sequence};
pub(crate) use run::{Load, Measured, run};
