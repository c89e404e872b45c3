//! Customers, orders and payments.

pub mod customer;
pub mod erasure;
pub mod join_customers;
pub mod order;
pub mod payment;
pub mod subscription;
