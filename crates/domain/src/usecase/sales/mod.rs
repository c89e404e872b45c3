//! Use cases of checkouts.

pub mod checkout;
