//! Use cases of checkouts.

pub mod checkout;
pub mod customer;
pub mod ledger;
pub mod promotion_code;
pub mod report;
