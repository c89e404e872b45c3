//! The body of an event about the connection of a tenant to Stripe.

use serde::Serialize;

use crate::base::id::{DeliveryId, PayoutId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::outbox::event::{ENVELOPE_VERSION, EventName, to_json};

/// The body of an event about a connection, in the envelope of all events.
#[derive(Debug, Serialize)]
struct ConnectionEvent<'a> {
    id: &'a DeliveryId,
    created: i64,
    version: &'static str,
    event: &'static str,
    tenant_id: &'a TenantId,
    mode: &'static str,
    account_id: &'a StripeAccountId,
    reason: Option<&'static str>,
    message: Option<&'a str>,
    payout: Option<EventPayout<'a>>,
    occurred_at: i64,
}

/// The payout that an event is about.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EventPayout<'a> {
    /// Stripe's id of the payout.
    pub id: &'a PayoutId,
    /// The amount in minor units.
    pub amount: i64,
    /// The currency.
    pub currency: &'a str,
    /// Stripe's code of the failure.
    pub failure_code: Option<&'a str>,
}

/// What an event about a connection says.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionFacts<'a> {
    /// The id of the delivery.
    pub id: &'a DeliveryId,
    /// The name of the event.
    pub event: EventName,
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The mode of the account.
    pub mode: Mode,
    /// The account.
    pub account: &'a StripeAccountId,
    /// Why the seller must look at the account: `charges_disabled` or `payout_failed`.
    pub reason: Option<&'static str>,
    /// The same for people.
    pub message: Option<&'a str>,
    /// The payout that failed.
    pub payout: Option<EventPayout<'a>>,
    /// When the event happened.
    pub now: Timestamp,
}

/// The body of an event about a connection.
pub fn connection_event_body(facts: &ConnectionFacts<'_>) -> Vec<u8> {
    to_json(&ConnectionEvent {
        id: facts.id,
        created: facts.now.unix_seconds(),
        version: ENVELOPE_VERSION,
        event: facts.event.as_str(),
        tenant_id: facts.tenant,
        mode: facts.mode.as_str(),
        account_id: facts.account,
        reason: facts.reason,
        message: facts.message,
        payout: facts.payout,
        occurred_at: facts.now.as_micros().div_euclid(1_000),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn body(event: EventName, payout: Option<EventPayout<'_>>) -> String {
        let has_reason = event == EventName::ConnectionNeedsAttention;
        let body = connection_event_body(&ConnectionFacts {
            id: &DeliveryId::parse("dlv_1").unwrap(),
            event,
            tenant: &TenantId::parse("acme").unwrap(),
            mode: Mode::Live,
            account: &StripeAccountId::parse("acct_1").unwrap(),
            reason: has_reason.then_some("payout_failed"),
            message: has_reason.then_some("a payout of 29.00 USD failed"),
            payout,
            now: Timestamp::from_micros(1_798_761_600_999_999),
        });
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn the_events_of_a_connection_have_these_shapes() {
        let payout = PayoutId::parse("po_1").unwrap();
        let payout = EventPayout {
            id: &payout,
            amount: 2_900,
            currency: "usd",
            failure_code: Some("account_closed"),
        };
        let golden = include_str!("connection_events.golden");
        let shown = [
            body(EventName::ConnectionConnected, None),
            body(EventName::ConnectionDisconnected, None),
            body(EventName::ConnectionNeedsAttention, Some(payout)),
        ];
        assert_eq!(shown.map(|body| body + "\n").concat(), golden);
    }
}
