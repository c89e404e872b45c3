//! Views of the Stripe account of a tenant, and of Stripe events.

use mintage_domain::base::id::{StripeAccountId, StripeEventId, StripePriceId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::usecase::catalog::prices::PricesSetUp;
use mintage_domain::usecase::stripe::inbound::Outcome;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of parked events.
pub(crate) type ParkedEventPage<'a> = PageView<ParkedEvent<'a>>;

/// The link with which a seller connects a Stripe account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectLink {
    /// The page where the seller grants access.
    pub(crate) url: String,
    #[schema(value_type = schema::Mode)]
    pub(crate) mode: Mode,
}

/// The result of setting up prices.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetUpPricesResult<'a> {
    created: Vec<StripePriceView<'a>>,
    /// Prices that were archived at Stripe, or whose product was archived or had another name.
    repaired: Vec<StripePriceView<'a>>,
    /// Key types whose price was right already, or that are not sold by checkout.
    skipped: Vec<SkippedKeyType<'a>>,
}

impl<'a> SetUpPricesResult<'a> {
    pub(crate) fn of(prices: &'a PricesSetUp) -> Self {
        Self {
            created: prices.created.iter().map(StripePriceView::of).collect(),
            repaired: prices.repaired.iter().map(StripePriceView::of).collect(),
            skipped: prices.skipped.iter().map(SkippedKeyType::of).collect(),
        }
    }
}

/// A Stripe price of a key type.
#[expect(clippy::struct_field_names, reason = "the names of the JSON fields")]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StripePrice)]
struct StripePriceView<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    #[schema(value_type = String)]
    stripe_price_id: &'a StripePriceId,
}

impl<'a> StripePriceView<'a> {
    fn of(link: &'a PriceLink) -> Self {
        Self {
            product_id: &link.product,
            key_type_id: &link.key_type,
            stripe_price_id: &link.stripe_price,
        }
    }
}

/// A key type whose price was not changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SkippedKeyType<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
}

impl<'a> SkippedKeyType<'a> {
    fn of(key_type: &'a KeyType) -> Self {
        Self {
            product_id: &key_type.product,
            key_type_id: &key_type.id,
        }
    }
}

/// A new checkout key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutKey<'a> {
    /// The key. No later answer contains the key.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) checkout_key: &'a str,
}

/// A Stripe event that should have issued a license and could not yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEvent<'a> {
    #[schema(value_type = String)]
    id: &'a StripeEventId,
    #[serde(rename = "type")]
    kind: &'a str,
    #[schema(required, value_type = Option<String>)]
    account: Option<&'a StripeAccountId>,
    /// `parked`: the event is retried at `retryAt`. `given-up`: the event was retried for 30 days, and is
    /// retried only if you ask for it.
    #[schema(value_type = schema::ParkedEventStatus)]
    status: &'static str,
    #[schema(required)]
    reason: Option<&'a str>,
    /// How many attempts failed.
    attempt_count: u32,
    #[schema(required, value_type = Option<schema::Time>)]
    retry_at: Option<String>,
    #[schema(value_type = schema::Time)]
    received_at: String,
}

impl<'a> ParkedEvent<'a> {
    /// The view of an event that waits.
    pub fn of(event: &'a ProcessedEvent) -> Self {
        let waiting = event.outcome.waiting();
        let retry_at = match event.outcome {
            EventOutcome::Parked { retry_at, .. } => Some(retry_at),
            EventOutcome::Applied | EventOutcome::Ignored(_) | EventOutcome::GivenUp(_) => None,
        };
        Self {
            id: &event.id,
            kind: &event.kind,
            account: event.account.as_ref(),
            status: event.outcome.as_str(),
            reason: waiting.map(|waiting| waiting.reason.as_str()),
            attempt_count: waiting.map_or(0, |waiting| waiting.attempts),
            retry_at: retry_at.map(Timestamp::to_rfc3339),
            received_at: event.received_at.to_rfc3339(),
        }
    }
}

/// The outcome of a Stripe event.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventReceived {
    received: bool,
    /// `applied`, `duplicate`, `ignored` or `parked`.
    outcome: &'static str,
}

impl EventReceived {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        Self {
            received: true,
            outcome: outcome.as_str(),
        }
    }
}
