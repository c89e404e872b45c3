//! Customers: one for each tenant, mode and e-mail address.

use serde_json::{Map, Value};

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::time::Timestamp;

/// The name of a customer.
pub type CustomerName = Text<2_000>;

/// The seller's own id for a customer.
pub type ExternalId = Text<255>;

/// A customer of a tenant in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Customer {
    /// Public id of the customer.
    pub id: CustomerId,
    /// The tenant that sells to the customer.
    pub tenant: TenantId,
    /// The mode: sandbox and live customers are separate.
    pub mode: Mode,
    /// The e-mail address, which identifies the customer within tenant and mode.
    #[cfg_attr(feature = "serde", serde(with = "crate::base::kept_email"))]
    pub email: Email,
    /// The name, if the buyer or the seller gave one.
    pub name: Option<CustomerName>,
    /// The seller's own id for the customer.
    pub external_id: Option<ExternalId>,
    /// Free-form metadata of the seller.
    pub metadata: Map<String, Value>,
    /// When the customer was created.
    pub created_at: Timestamp,
}

impl Customer {
    /// Merges newer data into the customer: fills an empty name or external id but never overwrites
    /// them; in the metadata, newer values replace older ones of the same key; older entries
    /// that would exceed the bounds are dropped. Returns whether anything changed.
    pub fn merge(&mut self, newer: &Self) -> bool {
        let before = self.clone();
        if self.name.is_none() {
            self.name.clone_from(&newer.name);
        }
        if self.external_id.is_none() {
            self.external_id.clone_from(&newer.external_id);
        }
        self.metadata = merged(&self.metadata, &newer.metadata);
        *self != before
    }

    /// The identity under which a store finds the customer.
    pub fn identity(&self) -> CustomerIdentity {
        CustomerIdentity {
            tenant: self.tenant.clone(),
            mode: self.mode,
            email: self.email.clone(),
        }
    }
}

/// Newer metadata, and of the older what has other keys and fits beside them.
fn merged(older: &Map<String, Value>, newer: &Map<String, Value>) -> Map<String, Value> {
    let mut all = newer.clone();
    let mut bytes = size(newer);
    for (key, value) in older {
        if all.contains_key(key) {
            continue;
        }
        let entry = Map::from_iter([(key.clone(), value.clone())]);
        let with = bytes.saturating_add(size(&entry));
        if with <= Metadata::MAX_BYTES && all.len() < Metadata::MAX_KEYS {
            all.extend(entry);
            bytes = with;
        }
    }
    all
}

/// The size of an object in bytes of JSON text.
fn size(object: &Map<String, Value>) -> usize {
    serde_json::to_string(object).map_or(usize::MAX, |json| json.len())
}

/// The identity of a customer: tenant, mode and e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerIdentity {
    /// The tenant that sells to the customer.
    pub tenant: TenantId,
    /// The customer's mode.
    pub mode: Mode,
    /// The customer's address.
    pub email: Email,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn customer(name: Option<&str>, metadata: &[(&str, &str)]) -> Customer {
        Customer {
            id: CustomerId::new(Timestamp::from_micros(0), [1; 10]),
            tenant: TenantId::parse("acme").unwrap(),
            mode: Mode::Live,
            email: Email::parse("a@b.test").unwrap(),
            name: name.map(CustomerName::truncated),
            external_id: None,
            metadata: metadata
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Value::from(*v)))
                .collect(),
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_merge_fills_what_is_empty_and_overwrites_no_name() {
        let mut existing = customer(None, &[("a", "1")]);
        assert!(existing.merge(&customer(Some("Ann"), &[("b", "2")])));
        assert!(!existing.merge(&customer(Some("Bob"), &[])));
        assert_eq!(existing.name.as_deref(), Some("Ann"));
        assert_eq!(existing.metadata.len(), 2);
    }

    #[test]
    fn newer_metadata_wins_key_by_key() {
        let mut existing = customer(None, &[("a", "1"), ("b", "1")]);
        assert!(existing.merge(&customer(None, &[("b", "2")])));
        assert_eq!(existing, customer(None, &[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn merged_metadata_stay_within_their_bounds_and_the_newer_stay_whole() {
        let mut existing = customer(None, &[]);
        for n in 0..60 {
            let (key, value) = (format!("key-{n:02}"), "v".repeat(1_000));
            existing.merge(&customer(None, &[(&key, &value)]));
            assert!(size(&existing.metadata) <= Metadata::MAX_BYTES, "{n}");
            assert!(existing.metadata.contains_key(&key), "{n}");
        }
        assert!(existing.metadata.len() > 10, "the room is used");
        for n in 0..60 {
            existing.merge(&customer(None, &[(&format!("small-{n:02}"), "v")]));
        }
        assert!(existing.metadata.len() <= Metadata::MAX_KEYS);

        let mut oversized = customer(None, &[("old", &"v".repeat(100_000)), ("kept", "v")]);
        assert!(oversized.merge(&customer(None, &[])));
        assert_eq!(oversized, customer(None, &[("kept", "v")]));
    }
}
