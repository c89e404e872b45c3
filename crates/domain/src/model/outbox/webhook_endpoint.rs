//! A tenant's webhook endpoint.

use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;

/// A tenant's license webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where to send; without it deliveries wait.
    pub url: Option<WebUrl>,
    /// The signing secret, sealed.
    pub sealed_secret: Sealed,
    /// Why nothing is sent any more, if the receiver said it is gone (410).
    pub gone_since: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}
