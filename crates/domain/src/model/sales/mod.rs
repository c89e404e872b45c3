//! Customers, orders, payments and the platform fee.

pub mod customer;
pub mod fee;
pub mod ledger;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod thanks_page;
