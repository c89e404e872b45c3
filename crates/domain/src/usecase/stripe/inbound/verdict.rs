//! What an event comes to, and what interpreting it needs.

use crate::commit::changes::Changes;
use crate::ports::{
    Catalog, Commit, Connections, Licenses, Orders, Payments, ProcessedEvents, StripeError, Tenants,
};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why an event could not be heard. It is not recorded, so that Stripe sends it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// The sandbox endpoint's secret signed an event that says it is live.
    #[error("a live event was signed with the sandbox secret")]
    LiveEventOnSandbox,
    /// Stripe had to be asked, and did not answer.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(InboundError);

/// What hearing an event needs of a store.
pub trait InboundStore:
    Connections + ProcessedEvents + Orders + Payments + Licenses + Catalog + Tenants + Commit
{
}

impl<T> InboundStore for T where
    T: Connections
        + ProcessedEvents
        + Orders
        + Payments
        + Licenses
        + Catalog
        + Tenants
        + Commit
        + ?Sized
{
}

/// What an event comes to, before it is written down.
pub(crate) enum Verdict {
    /// Do this.
    Apply(Box<Changes>),
    /// Nothing to do.
    Ignore(&'static str),
    /// It should mint and cannot.
    Park(String),
}
