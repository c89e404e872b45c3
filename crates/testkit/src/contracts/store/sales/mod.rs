//! Customers, orders and payments.

pub mod customer;
pub mod erasure;
pub mod join_customers;
pub mod ledger;
pub mod ledger_renewals;
pub mod order;
pub mod payment;
pub mod promotion_code;
pub mod subscription;
