//! Deliveries of events to webhook endpoints.

use crate::base::id::{DeliveryId, LicenseId, WebhookEndpointId};
use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::model::outbox::event::{EventCustomer, EventName};
use crate::model::outbox::progress::waiting;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;

/// The delivery of one event to one endpoint. The body never changes, so that every attempt and
/// every redelivery sends the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Delivery {
    /// Public id of the delivery. It begins with the id of the event.
    pub id: DeliveryId,
    /// The tenant whose endpoint receives the event.
    pub tenant: TenantId,
    /// The endpoint that receives the event: the first one of the tenant while the event waits.
    pub endpoint: WebhookEndpointId,
    /// The mode of an event that no endpoint receives yet. A commit delivers the event to the endpoints
    /// of its tenant and mode; if there are none, the event waits for one.
    pub waits_in: Option<Mode>,
    /// The event.
    pub event: EventName,
    /// The license that the event is about; `None` for a test event.
    pub license: Option<LicenseId>,
    /// The number of the event among those of the license, from 1. An event is sent to an endpoint after
    /// all earlier ones of its license were delivered there or have failed. 0 for a test event.
    pub sequence: u64,
    /// The customer of the license. A commit joins the customer with one who has the same address.
    /// `None` if a server of a version without this field queued the event.
    pub customer: Option<EventCustomer>,
    /// The bytes to send without the fields of the customer, sealed because `license.created` contains
    /// the license key.
    pub sealed_body: Sealed,
    /// The state of the delivery.
    pub status: DeliveryStatus,
    /// Number of attempts that were started.
    pub attempts: u32,
    /// The value of `attempts` when the retry schedule was last started, by the event or by a
    /// redelivery.
    pub schedule_from: u32,
    /// When the next attempt is due; while an attempt runs, when its lease ends.
    pub due_at: Timestamp,
    /// When the event was created.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it. A claim increments the version, so
    /// only the holder of the lease has the current one.
    pub version: u64,
}

text_enum! {
    /// The state of a delivery.
    pub enum DeliveryStatus {
        /// The delivery waits for its next attempt.
        Pending = "pending",
        /// An attempt holds a lease until `due_at`; then the delivery is due again.
        Leased = "leased",
        /// The receiver acknowledged the event.
        Delivered = "delivered",
        /// All attempts failed, or the endpoint is gone.
        Failed = "failed",
    }

    /// The text is not a delivery status.
    #[error("unknown delivery status")]
    pub struct UnknownDeliveryStatus;
}

impl Delivery {
    /// Whether sending the delivery to `url` would show a license key to a receiver that no attempt
    /// was made at. Without a URL the delivery waits for one that is not known yet. `attempts` are those
    /// that are known; old ones are deleted.
    pub fn reveals_key_to(&self, url: Option<&WebUrl>, attempts: &[Attempt]) -> bool {
        let was_attempted = self.attempts > 0;
        let is_known = url.is_some_and(|url| attempts.iter().any(|it| it.url == *url));
        self.event.contains_key() && was_attempted && !is_known
    }

    /// Leases the delivery for one attempt.
    pub fn lease(&mut self, until: Timestamp) {
        self.status = DeliveryStatus::Leased;
        self.due_at = until;
        self.attempts = self.attempts.saturating_add(1);
        self.version = self.version.saturating_add(1);
    }

    /// Whether the delivery may still be sent.
    pub fn is_unsettled(&self) -> bool {
        matches!(
            self.status,
            DeliveryStatus::Pending | DeliveryStatus::Leased
        )
    }

    /// The progress that sellers see: `pending`, `retrying`, `delivered` or `failed`.
    pub fn progress(&self) -> &'static str {
        match self.status {
            DeliveryStatus::Pending | DeliveryStatus::Leased => {
                waiting(self.status == DeliveryStatus::Leased, self.attempts)
            }
            DeliveryStatus::Delivered | DeliveryStatus::Failed => self.status.as_str(),
        }
    }
}

/// The record of one attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attempt {
    /// The delivery that was attempted.
    pub delivery: DeliveryId,
    /// The number of the attempt, from 1.
    pub number: u32,
    /// When the attempt ended.
    pub at: Timestamp,
    /// The URL that the event was sent to.
    pub url: WebUrl,
    /// The HTTP status of the answer; `None` if there was no answer.
    pub status: Option<u16>,
    /// The start of the answer, or why there was none; at most 500 characters.
    pub snippet: String,
}

/// A delivery that is leased for one attempt, with its endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The leased delivery.
    pub delivery: Delivery,
    /// The endpoint of the delivery when the delivery was claimed.
    pub endpoint: WebhookEndpoint,
}
