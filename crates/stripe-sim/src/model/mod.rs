//! Stripe's objects as plain data: their fields and their JSON.

pub(crate) mod account;
pub(crate) mod after_completion;
pub(crate) mod application_fee;
pub(crate) mod balance_transaction;
pub(crate) mod charge;
pub(crate) mod dispute;
pub(crate) mod event;
pub(crate) mod invoice;
pub(crate) mod line_item;
pub(crate) mod object;
pub(crate) mod payment_intent;
pub(crate) mod payment_link;
pub(crate) mod payment_method;
pub(crate) mod payout;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod promotions;
pub(crate) mod refund;
pub(crate) mod session;
pub(crate) mod session_options;
pub(crate) mod session_terms;
pub(crate) mod subscription;
pub(crate) mod webhook_endpoint;
