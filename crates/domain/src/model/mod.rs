//! The aggregates and their rules, a room each.

pub mod access;
pub mod catalog;
pub mod licenses;
pub mod outbox;
pub mod retention;
pub mod sales;
pub mod sellers;
pub mod stripe;
