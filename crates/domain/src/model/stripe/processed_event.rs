//! The record that a Stripe event was received, and its outcome.

use crate::base::id::{StripeAccountId, StripeEventId};
use crate::base::mode::Mode;
use crate::base::time::Timestamp;

/// That an event was heard on the endpoint of a mode, and what came of it. A live endpoint also
/// hears test events, so the same event on the other mode's endpoint is another row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessedEvent {
    /// Whose secret signed it.
    pub endpoint: Mode,
    /// Stripe's id.
    pub id: StripeEventId,
    /// Its type.
    pub kind: String,
    /// The account it was about.
    pub account: Option<StripeAccountId>,
    /// What came of it.
    pub outcome: EventOutcome,
    /// When it was first heard.
    pub received_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventOutcome {
    /// It did what it should.
    Applied,
    /// There was nothing to do; why.
    Ignored(String),
    /// It should have minted and could not; why, the raw event to try again with, and when.
    Parked {
        /// Why, for the operator.
        reason: String,
        /// The event as Stripe sent it.
        payload: Vec<u8>,
        /// When to try again.
        retry_at: Timestamp,
    },
}

impl EventOutcome {
    /// The outcome in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored(_) => "ignored",
            Self::Parked { .. } => "parked",
        }
    }
}
