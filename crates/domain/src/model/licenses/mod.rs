//! Licenses, their keys, their standing and their activations.

pub mod activation;
pub mod entitlements;
pub mod key;
pub mod license;
pub mod recurrence;
pub mod standing;
pub mod subscribed;
pub mod term;
pub mod terms;
