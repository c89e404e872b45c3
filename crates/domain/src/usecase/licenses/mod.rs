//! Use cases of licenses and activations.

pub mod activation;
mod activity;
pub mod command;
pub mod direct;
pub(crate) mod expiry;
pub(crate) mod follow_payment;
pub mod issue;
pub mod mint;
pub mod purchase;
pub mod reissue;
mod revocation;
pub(crate) mod transition;
pub mod validate;
pub mod visibility;
