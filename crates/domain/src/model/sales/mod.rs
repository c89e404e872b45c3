//! Customers, orders, payments and the platform fee.

pub mod claim;
pub mod customer;
pub mod fee;
pub mod mapping;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod thanks_page;
