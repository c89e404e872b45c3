//! The subscription behind a license, as clients of the license see it.

use serde::{Deserialize, Serialize};

use crate::base::id::SubscriptionId;
use crate::base::time::Timestamp;
use crate::model::stripe::subscription::SubscriptionStatus;

/// The subscription that pays for a license. The license keeps a copy, so that reading it needs no
/// other row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// Stripe's id of the subscription.
    pub id: SubscriptionId,
    /// The state of the subscription.
    pub status: SubscriptionStatus,
    /// The end of the current period in Unix seconds, paid or not.
    pub current_period_end: Option<i64>,
    /// Whether the subscription ends by itself.
    pub cancels_at_period_end: bool,
}

impl Subscribed {
    /// The end of the current period, paid or not.
    pub fn current_period_end(&self) -> Option<Timestamp> {
        self.current_period_end
            .and_then(Timestamp::from_unix_seconds)
    }
}
