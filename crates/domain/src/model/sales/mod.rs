//! Customers, orders, payments and the platform fee.

pub mod customer;
pub mod external_order;
pub mod fee;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod thanks_page;
