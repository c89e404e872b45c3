//! Views of a Stripe account, and of the events of Stripe.

use mintage_domain::base::id::{StripeAccountId, StripeEventId, StripePriceId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::schema;

/// An OAuth round that has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectBegun {
    /// The page where the seller grants access.
    pub(crate) url: String,
    #[schema(value_type = schema::Mode)]
    pub(crate) mode: Mode,
}

/// What came of making prices.
#[derive(Serialize, ToSchema)]
pub(crate) struct PricesMade<'a> {
    pub(crate) created: Vec<PriceMade<'a>>,
    /// What has its price already, or is not for sale.
    pub(crate) skipped: Vec<PriceSkipped<'a>>,
}

/// A price that was made.
#[expect(clippy::struct_field_names, reason = "as the wire names them")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceMade<'a> {
    #[schema(value_type = schema::ProductId)]
    pub(crate) product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    pub(crate) key_type_id: &'a KeyTypeId,
    #[schema(value_type = String)]
    pub(crate) stripe_price_id: &'a StripePriceId,
}

/// A key type that got no price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceSkipped<'a> {
    #[schema(value_type = schema::ProductId)]
    pub(crate) product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    pub(crate) key_type_id: &'a KeyTypeId,
}

/// Whether a tenant is connected, and to what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionStatus {
    pub(crate) connected: bool,
    #[schema(required, value_type = Option<schema::Mode>)]
    pub(crate) mode: Option<Mode>,
    pub(crate) has_checkout_key: bool,
    #[schema(required)]
    pub(crate) account: Option<AccountStatus>,
}

/// What Stripe says of an account, if it does.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AccountStatus {
    Reached(AccountReached),
    Unreached(AccountUnreached),
}

/// An account that Stripe tells of.
#[expect(clippy::struct_excessive_bools, reason = "as Stripe tells them")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountReached {
    #[schema(value_type = String)]
    pub(crate) id: StripeAccountId,
    pub(crate) reachable: bool,
    pub(crate) charges_enabled: bool,
    pub(crate) payouts_enabled: bool,
    pub(crate) details_submitted: bool,
    #[serde(rename = "type")]
    #[schema(required)]
    pub(crate) kind: Option<String>,
    #[schema(required)]
    pub(crate) country: Option<String>,
    #[schema(required)]
    pub(crate) default_currency: Option<String>,
}

/// An account that Stripe does not tell of at the moment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountUnreached {
    #[schema(value_type = String)]
    pub(crate) id: StripeAccountId,
    pub(crate) reachable: bool,
    /// Whether the seller has ended the grant.
    pub(crate) access_revoked: bool,
}

/// The key that opens checkouts from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCheckoutKey<'a> {
    /// Shown this once.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) checkout_key: &'a str,
}

/// Stripe's news that should have minted and could not yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParkedEvent<'a> {
    #[schema(value_type = String)]
    pub(crate) id: &'a StripeEventId,
    #[serde(rename = "type")]
    pub(crate) kind: &'a str,
    #[schema(required, value_type = Option<String>)]
    pub(crate) account: Option<&'a StripeAccountId>,
    #[schema(required)]
    pub(crate) reason: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    pub(crate) retry_at: Option<String>,
    #[schema(value_type = schema::Time)]
    pub(crate) received_at: String,
}

/// What came of an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Heard {
    pub(crate) received: bool,
    /// `applied`, `duplicate`, `ignored` or `parked`.
    pub(crate) outcome: &'static str,
}
