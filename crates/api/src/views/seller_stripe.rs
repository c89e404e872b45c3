//! Views of what sellers set about their own Stripe accounts.

use mintage_domain::base::id::{PaymentLinkId, StripePriceId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::mapping::{PaidBy, SaleMapping, SaleMappings};
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_runtime::app::App;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// The endpoint that a seller adds at Stripe by hand.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ManualEndpoint)]
pub(crate) struct ManualEndpointView {
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    /// The URL to add at Stripe. It is the same in both modes.
    url: String,
    /// The types of the events to select at Stripe.
    events: Vec<&'static str>,
    /// The beginning and the end of the signing secret.
    secret_hint: String,
    /// Until when the secret before is accepted too.
    #[schema(required, value_type = Option<schema::Time>)]
    old_secret_until: Option<String>,
    /// When the secret was set.
    #[schema(value_type = schema::Time)]
    set_at: String,
}

impl ManualEndpointView {
    pub(crate) fn of(app: &App, endpoint: &ManualEndpoint) -> Self {
        let (public_url, tenant) = (&app.settings.public_url, &endpoint.tenant);
        let old = endpoint.old_secret.as_ref().map(|(_, until)| *until);
        let now = app.clock.now();
        Self {
            mode: endpoint.mode,
            url: format!("{public_url}/api/{tenant}/stripe/webhook"),
            events: app.webhooks.own_events(),
            secret_hint: endpoint.hint.clone(),
            old_secret_until: old.filter(|until| now < *until).map(Timestamp::to_rfc3339),
            set_at: endpoint.set_at.to_rfc3339(),
        }
    }
}

/// All mappings of a mode.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StripeMappings)]
pub(crate) struct MappingsView<'a> {
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    items: Vec<MappingView<'a>>,
}

impl<'a> MappingsView<'a> {
    pub(crate) fn of(mappings: &'a SaleMappings) -> Self {
        Self {
            mode: mappings.mode,
            items: mappings.items.iter().map(MappingView::of).collect(),
        }
    }
}

/// What a price or a payment link sells.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StripeMapping)]
struct MappingView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::StripePriceId>)]
    price: Option<&'a StripePriceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::PaymentLinkId>)]
    payment_link: Option<&'a PaymentLinkId>,
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
}

impl<'a> MappingView<'a> {
    fn of(mapping: &'a SaleMapping) -> Self {
        let (price, payment_link) = match &mapping.paid {
            PaidBy::Price(price) => (Some(price), None),
            PaidBy::PaymentLink(link) => (None, Some(link)),
        };
        Self {
            price,
            payment_link,
            product_id: &mapping.product,
            key_type_id: &mapping.key_type,
        }
    }
}

/// The Stripe key of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductStripeKey)]
pub(crate) struct ProductKeyView {
    #[schema(value_type = schema::ProductId)]
    product_id: ProductId,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    /// The prefix and the end of the key.
    key_hint: String,
    #[schema(value_type = schema::Time)]
    set_at: String,
}

impl ProductKeyView {
    pub(crate) fn of(key: &ProductKey) -> Self {
        Self {
            product_id: key.product.clone(),
            mode: key.mode,
            key_hint: key.hint.clone(),
            set_at: key.set_at.to_rfc3339(),
        }
    }
}
