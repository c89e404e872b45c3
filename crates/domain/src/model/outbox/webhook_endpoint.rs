//! Webhook endpoints, which receive a tenant's events.

use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::{InvalidWebUrl, WebUrl};
use crate::model::outbox::endpoint_health::EndpointHealth;
use crate::model::outbox::lane::LaneState;

/// The webhook endpoint of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// The tenant that owns the endpoint.
    pub tenant: TenantId,
    /// The URL that events are sent to; while it is `None`, deliveries wait.
    pub url: Option<WebUrl>,
    /// The signing secret, sealed.
    pub sealed_secret: Sealed,
    /// When the receiver answered 410 (Gone). Deliveries stop until the URL is set again.
    pub gone_since: Option<Timestamp>,
    /// What the last attempts say about the endpoint.
    pub health: EndpointHealth,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl WebhookEndpoint {
    /// The state that sellers see: `active`, `failing`, `paused` or `gone`.
    pub fn status(&self) -> &'static str {
        match self.gone_since {
            Some(_) => "gone",
            None => self.health.status(),
        }
    }

    /// How deliveries to the endpoint are claimed.
    pub fn lane(&self) -> LaneState {
        if self.url.is_none() || self.gone_since.is_some() || !self.health.is_open() {
            LaneState::Closed
        } else if self.health.is_unresponsive {
            LaneState::Unresponsive
        } else {
            LaneState::Responsive
        }
    }
}

/// The URLs that a server accepts for webhook endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPolicy {
    /// Only https, since events contain license keys.
    HttpsOnly,
    /// Also http, on a server whose operator allows webhooks to internal networks.
    AllowHttp,
}

/// Why a text is not accepted as the URL of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebhookUrl {
    /// The text is not a URL.
    #[error(transparent)]
    Url(#[from] InvalidWebUrl),
    /// The scheme is http, which the policy does not allow.
    #[error("must be https: events carry license keys")]
    PlainHttp,
}

impl UrlPolicy {
    /// Reads the URL of an endpoint.
    pub fn parse(self, text: &str) -> Result<WebUrl, InvalidWebhookUrl> {
        let url = WebUrl::parse(text)?;
        if self == Self::HttpsOnly && !url.is_https() {
            return Err(InvalidWebhookUrl::PlainHttp);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_accepted_only_where_the_operator_allows_it() {
        for (policy, text, accepted) in [
            (UrlPolicy::HttpsOnly, "https://shop.test/hook", true),
            (UrlPolicy::HttpsOnly, "http://shop.test/hook", false),
            (UrlPolicy::AllowHttp, "https://shop.test/hook", true),
            (UrlPolicy::AllowHttp, "http://shop.test/hook", true),
            (UrlPolicy::AllowHttp, "shop.test/hook", false),
        ] {
            assert_eq!(policy.parse(text).is_ok(), accepted, "{policy:?} {text}");
        }
    }
}
