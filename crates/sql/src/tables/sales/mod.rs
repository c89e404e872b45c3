//! Customers, orders and payments.

pub mod customer;
pub mod order;
pub mod payment;
