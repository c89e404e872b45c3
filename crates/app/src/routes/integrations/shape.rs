//! What the calls about a Stripe account take and answer.

use mintage_domain::base::id::{StripeAccountId, StripeEventId, StripePriceId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::words;

/// In which mode to connect.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `connect` reads")]
pub(super) struct ConnectRequest {
    mode: words::Mode,
}

/// An OAuth round that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct ConnectBegun {
    /// The page where the seller grants access.
    pub(super) url: String,
    #[schema(value_type = words::Mode)]
    pub(super) mode: Mode,
}

/// What came of making prices.
#[derive(Serialize, ToSchema)]
pub(super) struct PricesMade<'a> {
    pub(super) created: Vec<PriceMade<'a>>,
    /// What has its price already, or is not for sale.
    pub(super) skipped: Vec<PriceSkipped<'a>>,
}

/// A price that was made.
#[expect(clippy::struct_field_names, reason = "as the wire names them")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PriceMade<'a> {
    #[schema(value_type = words::ProductId)]
    pub(super) product_id: &'a ProductId,
    #[schema(value_type = words::KeyTypeId)]
    pub(super) key_type_id: &'a KeyTypeId,
    #[schema(value_type = String)]
    pub(super) stripe_price_id: &'a StripePriceId,
}

/// A key type that got no price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PriceSkipped<'a> {
    #[schema(value_type = words::ProductId)]
    pub(super) product_id: &'a ProductId,
    #[schema(value_type = words::KeyTypeId)]
    pub(super) key_type_id: &'a KeyTypeId,
}

/// Whether a tenant is connected, and to what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionStatus {
    pub(super) connected: bool,
    #[schema(required, value_type = Option<words::Mode>)]
    pub(super) mode: Option<Mode>,
    pub(super) has_checkout_key: bool,
    #[schema(required)]
    pub(super) account: Option<AccountStatus>,
}

/// What Stripe says of an account, if it does.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum AccountStatus {
    Reached(AccountReached),
    Unreached(AccountUnreached),
}

/// An account that Stripe tells of.
#[expect(clippy::struct_excessive_bools, reason = "as Stripe tells them")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountReached {
    #[schema(value_type = String)]
    pub(super) id: StripeAccountId,
    pub(super) reachable: bool,
    pub(super) charges_enabled: bool,
    pub(super) payouts_enabled: bool,
    pub(super) details_submitted: bool,
    #[serde(rename = "type")]
    #[schema(required)]
    pub(super) kind: Option<String>,
    #[schema(required)]
    pub(super) country: Option<String>,
    #[schema(required)]
    pub(super) default_currency: Option<String>,
}

/// An account that Stripe does not tell of at the moment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountUnreached {
    #[schema(value_type = String)]
    pub(super) id: StripeAccountId,
    pub(super) reachable: bool,
    /// Whether the seller has ended the grant.
    pub(super) access_revoked: bool,
}

/// The key that opens checkouts from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewCheckoutKey<'a> {
    /// Shown this once.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(super) checkout_key: &'a str,
}

/// Stripe's news that should have minted and could not yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ParkedEvent<'a> {
    #[schema(value_type = String)]
    pub(super) id: &'a StripeEventId,
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    #[schema(required, value_type = Option<String>)]
    pub(super) account: Option<&'a StripeAccountId>,
    #[schema(required)]
    pub(super) reason: Option<&'a str>,
    #[schema(required, value_type = Option<words::Time>)]
    pub(super) retry_at: Option<String>,
    #[schema(value_type = words::Time)]
    pub(super) received_at: String,
}
