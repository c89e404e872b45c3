//! The result of interpreting an event, and the store that interpreting needs.

use crate::base::slug::TenantId;
use crate::commit::changes::Changes;
use crate::ports::{
    Catalog, Commit, Connections, Licenses, Orders, Payments, ProcessedEvents, PromotionCodes,
    RestrictedKeys, SellerStripe, StripeError, Subscriptions, Tenants,
};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why an event could not be processed. The event is not recorded, so that Stripe sends it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// A live event was signed with the secret of the sandbox endpoint.
    #[error("a live event was signed with the sandbox secret")]
    LiveEventOnSandbox,
    /// A call of Stripe's API failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(InboundError);

/// The parts of a store that receiving events needs.
pub trait InboundStore:
    Connections
    + ProcessedEvents
    + RestrictedKeys
    + SellerStripe
    + Orders
    + Payments
    + PromotionCodes
    + Subscriptions
    + Licenses
    + Catalog
    + Tenants
    + Commit
{
}

impl<T> InboundStore for T where
    T: Connections
        + ProcessedEvents
        + RestrictedKeys
        + SellerStripe
        + Orders
        + Payments
        + PromotionCodes
        + Subscriptions
        + Licenses
        + Catalog
        + Tenants
        + Commit
        + ?Sized
{
}

/// The result of interpreting an event.
pub(crate) enum Verdict {
    /// The event has these effects.
    Apply(Box<Changes>),
    /// The event has no effects, for this reason.
    Ignore(&'static str),
    /// The event has no effects, for this reason, since Stripe has what is stored. The row is written all the
    /// same: another event, for which Stripe answered something else in between, may be decided and not
    /// committed yet. Its commit is refused, and it asks Stripe again.
    Confirm(Box<Changes>, &'static str),
    /// The event should mint a license of this tenant but cannot, for this reason.
    Park(TenantId, String),
}
