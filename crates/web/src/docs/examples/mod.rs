//! Examples of each call in four languages, written from the description of the call.

mod call;
mod header;
mod languages;
mod value;

pub(super) use call::ExampleCall;
pub(super) use languages::{Example, examples};
