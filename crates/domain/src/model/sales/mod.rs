//! Customers, orders, payments and the platform fee.

pub mod customer;
pub mod fee;
pub mod order;
pub mod payment;
