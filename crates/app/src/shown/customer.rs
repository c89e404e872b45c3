//! A buyer.

use mintage_domain::customer;
use mintage_domain::email::Email;
use mintage_domain::id::CustomerId;
use mintage_domain::mode::Mode;
use serde::Serialize;
use serde_json::{Map, Value};

/// A buyer, per mode.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer<'a> {
    pub(crate) id: &'a CustomerId,
    pub(crate) email: &'a Email,
    pub(crate) name: Option<&'a str>,
    /// The seller's own id for them.
    pub(crate) external_id: Option<&'a str>,
    metadata: &'a Map<String, Value>,
    pub(crate) mode: Mode,
    created_at: String,
}

impl<'a> Customer<'a> {
    /// All that is known of a buyer.
    pub(crate) fn of(customer: &'a customer::Customer) -> Self {
        Self {
            id: &customer.id,
            email: &customer.email,
            name: customer.name.as_deref(),
            external_id: customer.external_id.as_deref(),
            metadata: &customer.metadata,
            mode: customer.mode,
            created_at: customer.created_at.to_rfc3339(),
        }
    }
}
