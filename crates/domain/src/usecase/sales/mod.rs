//! Use cases of checkouts.

pub mod agreement;
pub mod checkout;
pub mod customer;
