//! The walk's steps. Each sends what a client sends, and holds what came back to what it should be.

pub(crate) mod again;
pub(crate) mod catalog;
pub(crate) mod checkout;
pub(crate) mod connect;
pub(crate) mod delivery;
pub(crate) mod refund;
pub(crate) mod scene;
pub(crate) mod tenant;
pub(crate) mod validate;
pub(crate) mod webhook;
