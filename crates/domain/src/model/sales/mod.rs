//! Customers, orders, payments and the platform fee.

pub mod customer;
pub mod fee;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod subscription;
pub mod thanks_page;
