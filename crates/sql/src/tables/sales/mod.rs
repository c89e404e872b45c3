//! Customers, orders and payments.

pub mod customer;
pub mod erasure;
pub mod order;
pub mod payment;
pub mod subscription;
