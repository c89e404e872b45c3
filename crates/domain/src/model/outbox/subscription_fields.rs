//! What an event says about the subscription of its license.

use serde::Serialize;

use crate::base::id::SubscriptionId;
use crate::base::time::Timestamp;
use crate::model::licenses::subscribed::Subscribed;

/// The subscription that pays for a license.
#[derive(Debug, Serialize)]
pub(super) struct SubscriptionFields<'a> {
    id: &'a SubscriptionId,
    status: &'static str,
    current_period_end: Option<String>,
    cancel_at_period_end: bool,
}

impl<'a> SubscriptionFields<'a> {
    pub(super) fn of(subscription: &'a Subscribed) -> Self {
        let end = subscription.current_period_end();
        Self {
            id: &subscription.id,
            status: subscription.status.as_str(),
            current_period_end: end.map(Timestamp::to_rfc3339),
            cancel_at_period_end: subscription.cancels_at_period_end,
        }
    }
}
