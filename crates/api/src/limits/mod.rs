//! Rate limits of calls: refusals, and the headers with the standing of the caller.

mod admit;
mod client;
mod headers;

pub(crate) use admit::{admit, admit_exactly, admit_signed, admit_unsigned, admit_unsigned_about};
pub(crate) use client::{address, subject};
pub(crate) use headers::add_headers;
