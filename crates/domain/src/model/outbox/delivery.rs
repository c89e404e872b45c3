//! Outbound webhooks: a tenant's endpoint, and the deliveries to it.

use crate::base::id::{DeliveryId, LicenseId};
use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::model::outbox::event::EventName;
use crate::model::outbox::progress::waiting;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;

/// One event on its way to one endpoint. The body is fixed, so that every attempt and every
/// redelivery sends the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, which the receiver deduplicates by.
    pub id: DeliveryId,
    /// For whom.
    pub tenant: TenantId,
    /// What it tells.
    pub event: EventName,
    /// About which license.
    pub license: LicenseId,
    /// The exact bytes to send, sealed: `license.created` carries the key.
    pub sealed_body: Sealed,
    /// How far it is.
    pub status: DeliveryStatus,
    /// How many attempts were begun.
    pub attempts: u32,
    /// How many attempts were begun before the schedule (re)started: a redelivery starts it anew.
    pub schedule_from: u32,
    /// When it is due; while an attempt runs, when its lease ends.
    pub due_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes; the holder of a lease is who knows the current one.
    pub version: u64,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// To be sent when due, or to be tried again.
    Pending,
    /// An attempt holds a lease until `due_at`; if it dies, the delivery is due again.
    Leased,
    /// Acknowledged.
    Delivered,
    /// Given up.
    Failed,
}

impl Delivery {
    /// How far it is, for its seller: `pending`, `retrying`, `delivered` or `failed`.
    pub fn progress(&self) -> &'static str {
        match self.status {
            DeliveryStatus::Pending | DeliveryStatus::Leased => {
                waiting(self.status == DeliveryStatus::Leased, self.attempts)
            }
            DeliveryStatus::Delivered | DeliveryStatus::Failed => self.status.as_str(),
        }
    }
}

/// A text that is no delivery status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown delivery status")]
pub struct UnknownDeliveryStatus;

impl DeliveryStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::Leased, Self::Delivered, Self::Failed];

    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads a status.
    pub fn parse(text: &str) -> Result<Self, UnknownDeliveryStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownDeliveryStatus)
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// Which attempt, from 1.
    pub number: u32,
    /// When it ended.
    pub at: Timestamp,
    /// Where it was sent.
    pub url: WebUrl,
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// The start of the answer, or why there was none; 500 characters at most.
    pub snippet: String,
}

/// A delivery claimed for one attempt, with where and how to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The delivery, leased.
    pub delivery: Delivery,
    /// The endpoint as it is now.
    pub endpoint: WebhookEndpoint,
}
