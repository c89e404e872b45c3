//! Views: the JSON that the API and the command line print.

pub mod access;
pub(crate) mod account;
pub mod catalog;
pub mod licenses;
pub mod outbox;
mod page;
pub mod restricted_key;
pub mod sales;
pub mod sales_report;
pub(crate) mod seller_stripe;
pub mod sellers;
pub mod stripe;
