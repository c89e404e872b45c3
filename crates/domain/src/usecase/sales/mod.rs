//! Use cases of checkouts and of orders that were paid elsewhere.

pub mod agreement;
pub mod buy;
pub(crate) mod channel;
pub mod checkout;
mod connected;
pub mod customer;
pub mod external;
