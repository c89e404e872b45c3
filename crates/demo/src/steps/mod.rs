//! The steps of a sale. Each step sends requests as any client can, and checks the answers.

pub(crate) mod catalog;
pub(crate) mod checkout;
pub(crate) mod connect;
pub(crate) mod context;
pub(crate) mod delivery;
pub(crate) mod duplicate_events;
pub(crate) mod refund;
pub(crate) mod tenant;
pub(crate) mod validate;
pub(crate) mod webhook;
