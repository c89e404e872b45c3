//! Customers, orders and payments.

pub mod customer;
pub mod erasure;
pub mod ledger_books;
pub mod ledger_entry;
pub mod mapping;
pub mod order;
pub mod payment;
pub mod promotion_code;
pub mod sales_report;
pub mod subscription;
