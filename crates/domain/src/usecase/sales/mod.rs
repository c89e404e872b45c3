//! Use cases of checkouts and of orders that were paid elsewhere.

pub mod agreement;
pub mod catch_up;
pub mod checkout;
pub mod customer;
pub mod external;
pub mod ledger;
pub mod promotion_code;
pub mod report;
pub mod sold_by;
