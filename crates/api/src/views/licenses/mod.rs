//! Views of licenses and activations.

mod activation_results;
mod issued;
mod license;
mod validation;

pub(crate) use activation_results::{ActivationResult, DeactivationResult, HeartbeatResult};
pub(crate) use issued::IssuedLicense;
pub(crate) use license::{ActivationPage, LicensePage, RevealedKey};
pub use license::{ActivationView, LicenseView};
pub(crate) use validation::ValidationResult;
