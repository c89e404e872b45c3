//! Customers, orders and payments.

pub mod customer;
pub mod erasure;
pub mod mapping;
pub mod order;
pub mod payment;
pub mod subscription;
