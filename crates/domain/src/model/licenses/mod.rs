//! Licenses, their keys, their standing and their activations.

pub mod activation;
pub mod entitlements;
pub mod key;
pub mod license;
pub mod standing;
pub mod term;
pub mod terms;
