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
use crate::model::sales::customer::ExternalId;
use crate::ports::store_error::{Found, Listed, StoreError};

/// A license with the related data that most readers need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRecord {
    /// The license.
    pub license: License,
    /// The customer's address.
    pub email: Email,
    /// The seller's id of the customer.
    pub external_id: Option<ExternalId>,
    /// The Stripe session that paid for the license, if it was sold by checkout.
    pub session: Option<SessionId>,
}

/// A license whose end is near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringLicense {
    /// The license.
    pub record: LicenseRecord,
    /// The reminder days of its key type.
    pub reminder_days: u16,
}

/// A filter of licenses. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenseFilter {
    /// Only licenses of this product.
    pub product: Option<ProductId>,
    /// Only licenses in this mode.
    pub mode: Option<Mode>,
    /// Only licenses that are in this state at this time.
    pub state: Option<(State, Timestamp)>,
    /// Only licenses of this customer.
    pub customer: Option<CustomerId>,
    /// Only licenses of the customer with this address.
    pub email: Option<Email>,
    /// Only licenses whose metadata contain each of these keys and texts, which must be searchable
    /// ([`crate::base::metadata::Metadata::searched`]).
    pub metadata: Vec<(String, String)>,
}

/// Reads licenses.
pub trait Licenses {
    /// The license with this id.
    fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
    /// The licenses of a tenant, newest first.
    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        page: &PageRequest,
    ) -> Listed<LicenseRecord>;
    /// All licenses that were minted for an order, sorted by unit.
    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError>;
    /// At most `n` licenses that are not revoked, whose term ended at `ended` or before and whose end was
    /// not noticed, the first ended first. An unreadable license is left out, so that it delays no other
    /// (`an_end_is_listed_until_it_is_noticed`).
    fn ended_licenses(&self, ended: Timestamp, n: usize) -> Result<Vec<LicenseRecord>, StoreError>;
    /// At most `n` licenses that are not revoked, whose lapse began at `begun` or before, but not in 1970 as
    /// that of a pause does, and whose lapse was not noticed, the first begun first. An unreadable license is
    /// left out (`a_lapse_is_listed_until_it_is_noticed`).
    fn lapsed_licenses(&self, begun: Timestamp, n: usize)
    -> Result<Vec<LicenseRecord>, StoreError>;
    /// At most `n` licenses that neither a revocation, a hold nor a lapse concerns, whose term ends after
    /// `now` within the reminder days of the key type, and of whose end the seller was not reminded. An
    /// unreadable license is left out (`a_reminder_is_listed_until_it_is_sent`).
    fn expiring_licenses(
        &self,
        now: Timestamp,
        n: usize,
    ) -> Result<Vec<ExpiringLicense>, StoreError>;
}

/// Reads the activations of licenses.
pub trait Activations {
    /// The activation of a license with this fingerprint, active or released.
    fn activation(&self, license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
    /// The activation of a license with this id, active or released.
    fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation>;
    /// The activations of a license, sorted by first activation, newest first.
    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        page: &PageRequest,
    ) -> Listed<Activation>;
}

/// A query for a license by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyQuery {
    /// The tenant of the caller.
    pub tenant: TenantId,
    /// The product of the caller.
    pub product: ProductId,
    /// The mode of the caller.
    pub mode: Mode,
    /// The hashes under which the presented key may be stored.
    pub hashes: Vec<KeyHash>,
}

/// A license that was found by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLicense {
    /// The license with its customer's address.
    pub record: LicenseRecord,
    /// The display name of the key type.
    pub plan: DisplayName,
    /// The number of active activations.
    pub activations: u32,
}
