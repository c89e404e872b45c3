//! Licenses and their activations.

pub mod activation;
pub mod ending;
pub(crate) mod known_license;
pub mod license;
pub mod license_list;
