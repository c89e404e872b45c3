//! What a store keeps about the master keys, and the values that they sealed.

use crate::base::seal::{KeyId, Sealed};
use crate::ports::store_error::StoreError;

/// A kind of values that are sealed under a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SealedKind {
    /// The secrets for the checksums of license keys, by `tenant/product`.
    ProductKeySecret,
    /// The secrets of API keys, by API key id. Publishable keys have none.
    ApiKeySecret,
    /// The signing secrets of webhook endpoints, by the key of the endpoint's lane.
    EndpointSecret,
    /// The former signing secrets of webhook endpoints, by the key of the endpoint's lane.
    EndpointOldSecret,
    /// The signing secrets of manual endpoints, by `tenant/mode`.
    ManualSecret,
    /// The former signing secrets of manual endpoints, by `tenant/mode`.
    ManualOldSecret,
    /// The Stripe keys of products, by `tenant/product`.
    ProductStripeKey,
    /// The bodies of deliveries that are not erased, by delivery id. They are bound to the id of the
    /// event, with which the id of the delivery begins.
    DeliveryBody,
    /// The keys of licenses, by license id.
    LicenseKey,
}

impl SealedKind {
    /// All kinds; those with few values come first.
    pub const ALL: [Self; 9] = [
        Self::ProductKeySecret,
        Self::ApiKeySecret,
        Self::EndpointSecret,
        Self::EndpointOldSecret,
        Self::ManualSecret,
        Self::ManualOldSecret,
        Self::ProductStripeKey,
        Self::DeliveryBody,
        Self::LicenseKey,
    ];
}

/// A sealed value with the id to which it is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// The id of the owner, in the form that the kind says.
    pub id: String,
    /// The value.
    pub sealed: Sealed,
}

/// Keeps a canary for each master key that seals: a known text that only this key opens. Lists sealed
/// values, to seal them again under another key.
pub trait MasterKeys {
    /// The canaries, one for each key at most.
    fn canaries(&self) -> Result<Vec<Sealed>, StoreError>;
    /// Keeps a canary, unless there is one of the same key (`a_key_has_one_canary_which_stays`).
    fn add_canary(&self, canary: &Sealed) -> Result<(), StoreError>;
    /// Removes the canary of a key.
    fn remove_canary(&self, key: &KeyId) -> Result<(), StoreError>;
    /// The next `n` sealed values of a kind whose ids come after `after`, ordered by id. Values that
    /// were erased, and rows without a secret, are left out
    /// (`sealed_values_of_each_kind_are_listed_in_pages`).
    fn sealed_values(
        &self,
        kind: SealedKind,
        after: Option<&str>,
        n: usize,
    ) -> Result<Vec<SealedValue>, StoreError>;
    /// Replaces sealed values of a kind, each unless it has changed since it was read. A change that
    /// was decided before is refused, or leaves the new value (`a_value_that_is_sealed_again_is_not_undone`).
    fn reseal(&self, kind: SealedKind, values: &[(SealedValue, Sealed)]) -> Result<(), StoreError>;
}
