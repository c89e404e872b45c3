//! Stripe's webhooks.

use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::model::stripe::event::StripeEvent;

/// Verifies and parses Stripe's webhook events.
///
/// An adapter MUST verify the signature over the raw bytes before it parses them, accept any `v1`
/// signature that matches, refuse a timestamp more than 300 s before or after `now`, and refuse
/// every event while no secret is configured.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Webhooks: Send + Sync {
    /// Verifies and parses an event that was sent to a Connect endpoint of the platform. Also
    /// returns the mode whose secret signed the event.
    fn read_connect(
        &self,
        body: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(Mode, StripeEvent), WebhookError>;

    /// Verifies and parses an event that was sent to an endpoint of a seller's own, which has these
    /// secrets.
    fn read_own(
        &self,
        body: &[u8],
        signature: &str,
        secrets: &[Secret],
        now: Timestamp,
    ) -> Result<StripeEvent, WebhookError>;

    /// The types of the events that an endpoint of a seller's own has to send.
    fn own_events(&self) -> Vec<&'static str>;

    /// Parses an event that was verified when it was received, to retry it.
    fn reread(&self, body: &[u8]) -> Result<StripeEvent, WebhookError>;
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No secret is configured, so that no event can be verified.
    #[error("no webhook secret is set")]
    NoSecret,
    /// The signature header is missing or malformed, or matches no secret.
    #[error("the signature does not match")]
    BadSignature,
    /// The signature matches, but its timestamp is too old or in the future.
    #[error("the signature is too old")]
    Stale,
    /// The body was signed by Stripe but is not an event.
    #[error("the body is not an event")]
    NotAnEvent,
}
