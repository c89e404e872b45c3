//! Queueing the events that are sent to a tenant's webhook endpoint.

use crate::base::email::Email;
use crate::base::id::{DeliveryId, DisputeId, SessionId, WebhookEndpointId};
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;
use crate::model::outbox::delivery::{Delivery, DeliveryStatus};
use crate::model::outbox::event::{EventCustomer, EventFacts, EventName, license_event_body};
use crate::model::outbox::event_details::{
    DisputeDetails, EventDetails, PaidAmount, RefundedAmount, ReminderDetails,
};
use crate::model::sales::customer::ExternalId;
use crate::model::sales::disputes::Dispute;
use crate::model::sales::payment::Payment;
use crate::ports::LicenseRecord;
use crate::usecase::env::{Env, SealedField};

/// The customer and the session that a license event names.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The customer's address.
    pub email: &'a Email,
    /// The seller's id of the customer.
    pub external_id: Option<&'a ExternalId>,
    /// The Stripe session that paid for the license.
    pub session: Option<&'a SessionId>,
}

/// Builds the delivery of a license event, due at once, and counts the event in the license. `key` is
/// in plain text only if [`EventName::contains_key`].
pub fn license_event(
    env: &Env<'_>,
    license: &mut License,
    event: EventName,
    key: &str,
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    let details = EventDetails::None {};
    counted_event(env, license, (event, key, details), recipient, now)
}

fn counted_event(
    env: &Env<'_>,
    license: &mut License,
    what: (EventName, &str, EventDetails<'_>),
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    license.event_sequence = license.event_sequence.saturating_add(1);
    let id = DeliveryId::new(now, env.random());
    deliver(env, id, license, what, recipient, now)
}

fn deliver(
    env: &Env<'_>,
    id: DeliveryId,
    license: &License,
    (event, key, details): (EventName, &str, EventDetails<'_>),
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    let body = license_event_body(
        license,
        &EventFacts {
            id: &id,
            event,
            key,
            customer_email: recipient.email.as_str(),
            session: recipient.session.map(SessionId::as_str),
            details,
            now,
        },
    );
    let customer = EventCustomer {
        id: license.customer.clone(),
        external_id: recipient.external_id.cloned(),
    };
    Delivery {
        sealed_body: env.seal(SealedField::DELIVERY_BODY, id.as_str(), &body),
        id,
        tenant: license.tenant.clone(),
        endpoint: WebhookEndpointId::first_of(&license.tenant),
        waits_in: Some(license.mode),
        event,
        license: Some(license.id.clone()),
        sequence: license.event_sequence,
        customer: Some(customer),
        status: DeliveryStatus::Pending,
        attempts: 0,
        schedule_from: 0,
        due_at: now,
        created_at: now,
        version: 1,
    }
}

/// Builds the delivery of an event about a stored license, with its key masked, due at once, and counts
/// the event in the license, which the caller writes.
pub(crate) fn masked_license_event(
    env: &Env<'_>,
    record: &mut LicenseRecord,
    event: EventName,
    now: Timestamp,
) -> Delivery {
    let (license, recipient) = parts(record);
    let key = license.masked_key.clone();
    license_event(env, license, event, &key, recipient, now)
}

/// Builds the delivery of a reminder of the end of a license, due at once, and counts the event in the
/// license, which the caller writes.
pub(crate) fn reminder_event(
    env: &Env<'_>,
    record: &mut LicenseRecord,
    reminder_days: u16,
    now: Timestamp,
) -> Delivery {
    let (license, recipient) = parts(record);
    let details = EventDetails::Reminder(ReminderDetails { reminder_days });
    let key = license.masked_key.clone();
    let event = (EventName::LicenseExpiring, &*key, details);
    counted_event(env, license, event, recipient, now)
}

/// Builds the delivery of a refund, due at once, and counts the event in the license.
pub(crate) fn refund_event(
    env: &Env<'_>,
    license: &mut License,
    payment: &Payment,
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    let details = EventDetails::Refund(RefundedAmount {
        refunded: payment.refunded(),
        charged: payment.charged,
        currency: payment.currency,
    });
    let key = license.masked_key.clone();
    let event = (EventName::OrderRefunded, &*key, details);
    counted_event(env, license, event, recipient, now)
}

/// Builds the delivery of a dispute over the payment of a license, due at once, and counts the event in
/// the license.
pub(crate) fn dispute_event(
    env: &Env<'_>,
    license: &mut License,
    (id, dispute, payment): (&DisputeId, &Dispute, &Payment),
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    let details = EventDetails::Dispute(DisputeDetails::of(id, dispute, payment.currency));
    let key = license.masked_key.clone();
    let event = (EventName::LicenseDisputed, &*key, details);
    counted_event(env, license, event, recipient, now)
}

/// Builds the delivery of an event about the use of a license, with its key masked. The license does not
/// change: the event has the number of the last event that the license counted.
pub(crate) fn activity_event(
    env: &Env<'_>,
    id: DeliveryId,
    record: &LicenseRecord,
    (event, details): (EventName, EventDetails<'_>),
    now: Timestamp,
) -> Delivery {
    let recipient = Recipient {
        email: &record.email,
        external_id: record.external_id.as_ref(),
        session: record.session.as_ref(),
    };
    let what = (event, &*record.license.masked_key, details);
    deliver(env, id, &record.license, what, recipient, now)
}

/// Builds the delivery of a paid order, due at once, and counts the event in the license.
pub(crate) fn paid_event(
    env: &Env<'_>,
    license: &mut License,
    paid: PaidAmount<'_>,
    recipient: Recipient<'_>,
    now: Timestamp,
) -> Delivery {
    let key = license.masked_key.clone();
    let event = (EventName::OrderPaid, &*key, EventDetails::Paid(paid));
    counted_event(env, license, event, recipient, now)
}

/// The license of a record, and who is named in its events.
pub(crate) fn parts(record: &mut LicenseRecord) -> (&mut License, Recipient<'_>) {
    let recipient = Recipient {
        email: &record.email,
        external_id: record.external_id.as_ref(),
        session: record.session.as_ref(),
    };
    (&mut record.license, recipient)
}
