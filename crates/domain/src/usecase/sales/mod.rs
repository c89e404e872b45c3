//! Use cases of checkouts and of orders that were paid elsewhere.

pub mod agreement;
pub mod buy;
pub mod cannot_sell;
pub mod catch_up;
pub(crate) mod channel;
pub mod checkout;
pub mod checkout_error;
mod connected;
pub mod customer;
pub mod external;
pub mod ledger;
pub mod promotion_code;
pub mod report;
pub mod sold_by;
