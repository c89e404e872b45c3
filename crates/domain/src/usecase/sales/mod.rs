//! Use cases of checkouts.

pub mod checkout;
pub mod customer;
