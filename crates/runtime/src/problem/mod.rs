//! Problems: the stable code, the status and the message of every error that a caller may see.
//!
//! Each use case has errors of its own. The files here convert each error to its problem, so that the JSON
//! API and the pages for people answer the same.

mod access;
mod catalog;
mod code;
mod failures;
mod licenses;
mod outbox;
mod sales;
mod seller_stripe;
mod sellers;
mod stripe;
mod value;

pub use catalog::recurrence_field;
pub use code::ErrorCode;
pub use value::{Detail, Problem};
