//! Licenses, activations and validations.

pub mod activation;
pub mod license;
pub mod license_filter;
pub mod validation;
