//! Use cases of checkouts and of orders that were paid elsewhere.

pub mod agreement;
pub mod buy;
pub mod cannot_sell;
pub(crate) mod channel;
pub mod checkout;
pub mod checkout_error;
mod connected;
pub mod customer;
pub mod external;
