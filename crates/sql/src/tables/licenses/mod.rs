//! Licenses and their activations.

pub mod activation;
pub(crate) mod known_license;
pub mod license;
