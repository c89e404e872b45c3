//! Views of licenses and activations.

mod devices;
mod issued;
mod license;
mod validation;

pub(crate) use devices::{DeviceActivated, DeviceDeactivated, DeviceHeard};
pub(crate) use issued::IssuedLicense;
pub(crate) use license::RevealedKey;
pub use license::{ActivationView, LicenseView};
pub(crate) use validation::{SlotsInUse, Validation};
