//! Customers, orders, payments, disputes and the platform fee.

pub mod customer;
pub mod disputes;
pub mod fee;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod thanks_page;
