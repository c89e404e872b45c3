//! A buyer.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::customer::Customer;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::openapi::words;

/// A buyer, known by the address in one mode.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Customer)]
pub(crate) struct CustomerBody<'a> {
    #[schema(value_type = words::CustomerId)]
    pub(crate) id: &'a CustomerId,
    #[schema(value_type = words::Email)]
    pub(crate) email: &'a Email,
    #[schema(required)]
    pub(crate) name: Option<&'a str>,
    /// The seller's own id of the customer.
    #[schema(required)]
    pub(crate) external_id: Option<&'a str>,
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    #[schema(value_type = words::Mode)]
    pub(crate) mode: Mode,
    #[schema(value_type = words::Time)]
    created_at: String,
}

impl<'a> CustomerBody<'a> {
    /// All that is known of a buyer.
    pub(crate) fn of(customer: &'a Customer) -> Self {
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
