//! The [`Webhooks`] port: verifies the signature of an event, then parses the event.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::event::StripeEvent;
use mintage_domain::ports::{WebhookError, Webhooks};

use crate::client::StripeClient;
use crate::event;
use crate::signature::Signature;

impl Webhooks for StripeClient {
    fn read_connect(
        &self,
        body: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(Mode, StripeEvent), WebhookError> {
        let mut secrets = self.config().webhook_secrets().peekable();
        if secrets.peek().is_none() {
            return Err(WebhookError::NoSecret);
        }
        let signature = Signature::parse(signature).ok_or(WebhookError::BadSignature)?;
        let (mode, _) = secrets
            .find(|(_, secret)| signature.matches(secret.expose(), body))
            .ok_or(WebhookError::BadSignature)?;
        if !signature.is_fresh(now) {
            return Err(WebhookError::Stale);
        }
        Ok((mode, event::read(body)?))
    }

    fn read_own(
        &self,
        body: &[u8],
        signature: &str,
        secrets: &[Secret],
        now: Timestamp,
    ) -> Result<StripeEvent, WebhookError> {
        if secrets.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        let signature = Signature::parse(signature).ok_or(WebhookError::BadSignature)?;
        let is_signed = |secret: &Secret| signature.matches(secret.expose(), body);
        if !secrets.iter().any(is_signed) {
            return Err(WebhookError::BadSignature);
        }
        if !signature.is_fresh(now) {
            return Err(WebhookError::Stale);
        }
        event::read(body)
    }

    fn own_events(&self) -> Vec<&'static str> {
        let read = event::READ.into_iter();
        read.filter(|kind| !kind.starts_with("account.") && !kind.starts_with("payout."))
            .collect()
    }

    fn reread(&self, body: &[u8]) -> Result<StripeEvent, WebhookError> {
        event::read(body)
    }
}
