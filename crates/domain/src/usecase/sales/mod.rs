//! Use cases of checkouts and of orders that were paid elsewhere.

pub mod agreement;
pub mod checkout;
pub mod customer;
pub mod external;
