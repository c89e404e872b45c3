//! Reads of licenses and their activations.

use crate::base::email::Email;
use crate::base::id::{ActivationId, CustomerId, LicenseId, OrderId, SessionId};
use crate::base::mode::Mode;
use crate::base::page::PageRequest;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::activation::{Activation, Fingerprint};
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::State;
use crate::ports::store_error::{Found, Listed, StoreError};

/// A license with what is usually told beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRecord {
    /// The license.
    pub license: License,
    /// Its customer's address.
    pub email: Email,
    /// The Stripe session it came of.
    pub session: Option<SessionId>,
}

/// Which licenses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenseFilter {
    /// Of one product.
    pub product: Option<ProductId>,
    /// Of one mode.
    pub mode: Option<Mode>,
    /// In one state at the time given.
    pub state: Option<(State, Timestamp)>,
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// Of one customer's address.
    pub email: Option<Email>,
    /// With each of these in its metadata: key and text, as
    /// [`crate::base::metadata::Metadata::searched`] gives them.
    pub metadata: Vec<(String, String)>,
}

/// Reads licenses.
pub trait Licenses {
    /// One license.
    fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
    /// A tenant's licenses, newest first.
    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        page: &PageRequest,
    ) -> Listed<LicenseRecord>;
    /// All licenses that an order minted, in the order of its units.
    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError>;
}

/// Reads the devices of licenses.
pub trait Activations {
    /// A license's device with this fingerprint, active or released.
    fn activation(&self, license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
    /// A license's device with this id, active or released.
    fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation>;
    /// The devices of a tenant's license, those first seen last first.
    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        page: &PageRequest,
    ) -> Listed<Activation>;
}

/// A license as it is asked for by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyQuery {
    /// In whose account.
    pub tenant: TenantId,
    /// For which product.
    pub product: ProductId,
    /// In which mode.
    pub mode: Mode,
    /// The hashes under which the presented key may be known.
    pub hashes: Vec<KeyHash>,
}

/// A license as it is found by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLicense {
    /// The license with its customer.
    pub record: LicenseRecord,
    /// The name of its key type.
    pub plan: DisplayName,
    /// How many of its devices are active.
    pub activations: u32,
}
