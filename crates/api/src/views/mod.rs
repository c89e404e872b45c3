//! Views: the JSON that the API and the command line print.

pub mod access;
pub(crate) mod account;
pub mod catalog;
pub mod licenses;
pub mod outbox;
mod page;
pub mod sales;
pub(crate) mod seller_stripe;
pub mod sellers;
pub mod stripe;
