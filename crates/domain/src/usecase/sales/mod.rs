//! Use cases of checkouts.

pub mod buy;
pub mod checkout;
pub mod customer;
