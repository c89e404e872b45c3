//! Queueing the events about the connection of a tenant to Stripe.

use crate::base::id::{DeliveryId, WebhookEndpointId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::outbox::connection_event::{ConnectionFacts, EventPayout, connection_event_body};
use crate::model::outbox::delivery::{Delivery, DeliveryStatus};
use crate::model::outbox::event::EventName;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::account_state::Attention;
use crate::usecase::env::{Env, SealedField};

/// What has become of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ConnectionChange<'a> {
    /// The account was connected.
    Connected,
    /// The account was disconnected.
    Disconnected,
    /// The seller must look at the account.
    NeedsAttention(&'a Attention),
}

/// Builds the delivery of an event about a connection, due at once.
pub(crate) fn connection_event(
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    change: ConnectionChange<'_>,
    now: Timestamp,
) -> Write<Delivery> {
    let id = DeliveryId::new(now, env.random());
    let (event, attention) = match change {
        ConnectionChange::Connected => (EventName::ConnectionConnected, None),
        ConnectionChange::Disconnected => (EventName::ConnectionDisconnected, None),
        ConnectionChange::NeedsAttention(what) => (EventName::ConnectionNeedsAttention, Some(what)),
    };
    let told = attention.map(told);
    let body = connection_event_body(&ConnectionFacts {
        id: &id,
        event,
        tenant,
        mode: account.mode,
        account: &account.account,
        reason: told.as_ref().map(|(reason, ..)| *reason),
        message: told.as_ref().map(|(_, message, _)| message.as_str()),
        payout: told.as_ref().and_then(|(.., payout)| *payout),
        now,
    });
    Write::new(Delivery {
        sealed_body: env.seal(SealedField::DELIVERY_BODY, id.as_str(), &body),
        id,
        tenant: tenant.clone(),
        endpoint: WebhookEndpointId::first_of(tenant),
        waits_in: Some(account.mode),
        event,
        license: None,
        sequence: 0,
        customer: None,
        status: DeliveryStatus::Pending,
        attempts: 0,
        schedule_from: 0,
        due_at: now,
        created_at: now,
        version: 1,
    })
}

/// The reason, the message and the payout of an event that asks for attention.
fn told(attention: &Attention) -> (&'static str, String, Option<EventPayout<'_>>) {
    match attention {
        Attention::ChargesDisabled(account) => ("charges_disabled", account.why_no_charges(), None),
        Attention::PayoutFailed(payout) => {
            let why = payout.failure_message.as_deref();
            let message = format!(
                "a payout failed: {}",
                why.unwrap_or("Stripe gave no reason")
            );
            let payout = EventPayout {
                id: &payout.id,
                amount: payout.amount,
                currency: &payout.currency,
                failure_code: payout.failure_code.as_deref(),
            };
            ("payout_failed", message, Some(payout))
        }
    }
}
