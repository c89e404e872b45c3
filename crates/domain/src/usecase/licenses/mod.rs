//! Use cases of licenses and activations.

pub mod activation;
pub mod command;
pub mod direct;
pub mod issue;
pub mod mint;
pub mod purchase;
pub(crate) mod transition;
pub mod validate;
pub mod visibility;
