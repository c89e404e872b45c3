//! The calls that are measured, and how each is made.

mod activate;
mod callers;
pub(crate) mod case;
mod checkout;
mod context;
mod hello;
mod issue;
mod request;
mod validate;
mod webhook;

pub(crate) use callers::caller;
pub(crate) use context::Context;
