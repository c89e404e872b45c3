//! Customers: one per tenant, mode and e-mail address.

use serde_json::{Map, Value};

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::time::Timestamp;

/// The name of a customer.
pub type CustomerName = Text<200>;

/// The seller's own id for a customer.
pub type ExternalId = Text<255>;

/// A buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Whose customer.
    pub tenant: TenantId,
    /// In which mode: sandbox buyers are not live buyers.
    pub mode: Mode,
    /// The identity within tenant and mode.
    pub email: Email,
    /// A name, if one was ever told.
    pub name: Option<CustomerName>,
    /// The seller's own id for this buyer.
    pub external_id: Option<ExternalId>,
    /// Free-form facts.
    pub metadata: Map<String, Value>,
    /// When first seen.
    pub created_at: Timestamp,
}

impl Customer {
    /// Takes in what is newly known: fills an empty name or external id and never overwrites
    /// them; metadata key by key, newer wins. Says whether anything changed.
    pub fn merge(&mut self, news: &Self) -> bool {
        let before = self.clone();
        if self.name.is_none() {
            self.name.clone_from(&news.name);
        }
        if self.external_id.is_none() {
            self.external_id.clone_from(&news.external_id);
        }
        for (key, value) in &news.metadata {
            self.metadata.insert(key.clone(), value.clone());
        }
        *self != before
    }

    /// What makes this customer one and the same.
    pub fn identity(&self) -> CustomerIdentity {
        CustomerIdentity {
            tenant: self.tenant.clone(),
            mode: self.mode,
            email: self.email.clone(),
        }
    }
}

/// What makes a customer one and the same: tenant, mode and e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerIdentity {
    /// Whose customer.
    pub tenant: TenantId,
    /// In which mode.
    pub mode: Mode,
    /// Under which address.
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
        let mut known = customer(None, &[("a", "1")]);
        assert!(known.merge(&customer(Some("Ann"), &[("b", "2")])));
        assert!(!known.merge(&customer(Some("Bob"), &[])));
        assert_eq!(known.name.as_deref(), Some("Ann"));
        assert_eq!(known.metadata.len(), 2);
    }

    #[test]
    fn newer_metadata_wins_key_by_key() {
        let mut known = customer(None, &[("a", "1"), ("b", "1")]);
        assert!(known.merge(&customer(None, &[("b", "2")])));
        assert_eq!(known, customer(None, &[("a", "1"), ("b", "2")]));
    }
}
