//! The calls that are measured, and how each is made.

mod activate;
pub(crate) mod case;
mod checkout;
mod context;
mod hello;
mod issue;
mod request;
mod validate;
mod webhook;

pub(crate) use context::{Context, caller};
