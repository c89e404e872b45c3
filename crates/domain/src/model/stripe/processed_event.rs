//! The record that a Stripe event was received, and its outcome.

use std::time::Duration;

use crate::base::id::{StripeAccountId, StripeEventId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::stripe::event_endpoint::EventEndpoint;

/// A Stripe event that was received on an endpoint, and its outcome. Several endpoints may receive the
/// same event, which then has a row for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProcessedEvent {
    /// The endpoint whose secret signed the event.
    pub endpoint: EventEndpoint,
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EventOutcome {
    /// The event's changes were committed.
    Applied,
    /// The event changed nothing, for this reason.
    Ignored(String),
    /// The event could not mint a license that was paid for; it is retried.
    Parked {
        /// What the event waits for.
        waiting: WaitingEvent,
        /// When the event is retried.
        retry_at: Timestamp,
    },
    /// The event could not mint a license that was paid for, and is not retried any more, unless a
    /// seller asks for it.
    GivenUp(WaitingEvent),
}

/// An event that could not mint a license that was paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WaitingEvent {
    /// The tenant that sold, if it is known.
    pub tenant: Option<TenantId>,
    /// Why the last attempt failed, for the operator and the seller.
    pub reason: String,
    /// The raw event as Stripe sent it.
    pub payload: Vec<u8>,
    /// The number of attempts that failed.
    pub attempts: u32,
}

/// The wait after the first failed attempt. Each further wait is twice as long.
pub const FIRST_WAIT: Duration = Duration::from_mins(5);

/// The longest wait between two attempts.
pub const MAX_WAIT: Duration = Duration::from_hours(6);

/// How long after its receipt an event is retried.
pub const RETRY_FOR: Duration = Duration::from_hours(30 * 24);

impl WaitingEvent {
    /// The outcome of an attempt that failed at `now`, of an event that was received at `received_at`:
    /// the event is parked, or given up if it has been retried long enough.
    pub fn into_outcome(self, received_at: Timestamp, now: Timestamp) -> EventOutcome {
        if now.since(received_at) >= RETRY_FOR {
            return EventOutcome::GivenUp(self);
        }
        let doublings = self.attempts.saturating_sub(1).min(16);
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(doublings));
        EventOutcome::Parked {
            retry_at: now.plus(wait.min(MAX_WAIT)),
            waiting: self,
        }
    }
}

impl EventOutcome {
    /// The name of the outcome.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored(_) => "ignored",
            Self::Parked { .. } => "parked",
            Self::GivenUp(_) => "given-up",
        }
    }

    /// The event that waits for its license, whether it is retried or given up.
    pub fn waiting(&self) -> Option<&WaitingEvent> {
        match self {
            Self::Parked { waiting, .. } | Self::GivenUp(waiting) => Some(waiting),
            Self::Applied | Self::Ignored(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_six_hours_and_end_after_thirty_days() {
        const DAY: Duration = Duration::from_hours(24);
        for (attempts, after, wait) in [
            (1, Duration::ZERO, Some(5)),
            (2, Duration::ZERO, Some(10)),
            (3, DAY, Some(20)),
            (7, DAY, Some(320)),
            (8, DAY, Some(360)),
            (9, DAY, Some(360)),
            (u32::MAX, DAY * 29, Some(360)),
            (1, DAY * 30, None),
            (100, DAY * 31, None),
        ] {
            let now = Timestamp::EPOCH.plus(after);
            let waiting = WaitingEvent {
                tenant: None,
                reason: "gone".to_owned(),
                payload: Vec::new(),
                attempts,
            };
            let outcome = waiting.clone().into_outcome(Timestamp::EPOCH, now);
            let expected = wait.map_or(EventOutcome::GivenUp(waiting.clone()), |minutes| {
                EventOutcome::Parked {
                    retry_at: now.plus(Duration::from_mins(minutes)),
                    waiting,
                }
            });
            assert_eq!(outcome, expected, "{attempts} attempts after {after:?}");
        }
    }
}
