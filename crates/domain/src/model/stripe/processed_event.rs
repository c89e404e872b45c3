//! The record that a Stripe event was received, and its outcome.

use crate::base::id::{StripeAccountId, StripeEventId};
use crate::base::mode::Mode;
use crate::base::time::Timestamp;

/// A Stripe event that was received on the endpoint of a mode, and its outcome. A live endpoint
/// also receives test events, so the same event may have a row for each mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessedEvent {
    /// The mode of the endpoint whose secret signed the event.
    pub endpoint: Mode,
    /// Stripe's id of the event.
    pub id: StripeEventId,
    /// Stripe's event type.
    pub kind: String,
    /// The connected account that the event is about, if any.
    pub account: Option<StripeAccountId>,
    /// What processing the event resulted in.
    pub outcome: EventOutcome,
    /// When the event was first received.
    pub received_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// The outcome of processing an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventOutcome {
    /// The event's changes were committed.
    Applied,
    /// The event changed nothing, for this reason.
    Ignored(String),
    /// The event could not mint a license that was paid for; it is retried.
    Parked {
        /// The reason, for the operator.
        reason: String,
        /// The raw event as Stripe sent it.
        payload: Vec<u8>,
        /// When the event is retried.
        retry_at: Timestamp,
    },
}

impl EventOutcome {
    /// The name of the outcome.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored(_) => "ignored",
            Self::Parked { .. } => "parked",
        }
    }
}
