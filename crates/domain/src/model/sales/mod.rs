//! Customers, orders, payments, disputes and the platform fee.

pub mod basket;
pub mod claim;
pub mod customer;
pub mod disputes;
pub mod external_order;
pub mod fee;
pub mod items;
pub mod ledger;
pub mod mapping;
pub mod order;
pub mod order_snapshot;
pub mod payment;
pub mod refunds;
pub mod stored_basket;
pub mod subscription;
pub mod thanks_page;
