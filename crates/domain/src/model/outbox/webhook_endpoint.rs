//! Webhook endpoints, which receive a tenant's events.

use std::time::Duration;

use crate::base::id::WebhookEndpointId;
use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::text::is_layout_control;
use crate::base::text_newtype::text_newtype;
use crate::base::time::Timestamp;
use crate::base::url::{InvalidWebUrl, WebUrl};
use crate::model::outbox::endpoint_health::EndpointHealth;
use crate::model::outbox::lane::LaneState;
use crate::model::outbox::subscription::{Subscriber, Subscription};

/// The most endpoints of a tenant in each mode.
pub const MAX_ENDPOINTS: u32 = 10;

/// A webhook endpoint of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WebhookEndpoint {
    /// The id of the endpoint.
    pub id: WebhookEndpointId,
    /// The tenant that owns the endpoint.
    pub tenant: TenantId,
    /// The URL that events are sent to. The first endpoint of a tenant may have none: then events wait
    /// for one. Any other endpoint without a URL is deleted.
    pub url: Option<WebUrl>,
    /// What people read about the endpoint.
    pub description: Option<EndpointDescription>,
    /// The events that the endpoint receives.
    pub subscription: Subscription,
    /// The signing secret, sealed; erased if the endpoint was deleted.
    pub sealed_secret: Sealed,
    /// The former secret, which signs too for some time.
    pub old_secret: Option<OldSecret>,
    /// When the receiver answered 410 (Gone). Deliveries stop until the URL is set again.
    pub gone_since: Option<Timestamp>,
    /// What the last attempts say about the endpoint.
    pub health: EndpointHealth,
    /// When the endpoint was created; `None` if a server of a version without this field did.
    pub created_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// A signing secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OldSecret {
    /// The secret, sealed.
    pub sealed: Sealed,
    /// Until when the secret signs.
    pub until: Timestamp,
}

/// For how long a replaced signing secret signs beside the new one: up to 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretOverlap(Duration);

/// The number of seconds is not a valid [`SecretOverlap`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of seconds from 0 to {max}", max = SecretOverlap::MAX_SECONDS)]
pub struct InvalidSecretOverlap;

impl SecretOverlap {
    /// The longest overlap, in seconds: 7 days.
    pub const MAX_SECONDS: u32 = 7 * 24 * 60 * 60;

    /// The old secret signs nothing more.
    pub const NONE: Self = Self(Duration::ZERO);

    /// An overlap in seconds.
    pub fn from_seconds(seconds: u32) -> Result<Self, InvalidSecretOverlap> {
        if seconds > Self::MAX_SECONDS {
            return Err(InvalidSecretOverlap);
        }
        Ok(Self(Duration::from_secs(u64::from(seconds))))
    }

    /// Reads a number of seconds.
    pub fn parse(text: &str) -> Result<Self, InvalidSecretOverlap> {
        let seconds = text.parse().map_err(|_| InvalidSecretOverlap)?;
        Self::from_seconds(seconds)
    }

    /// The overlap as a duration.
    pub fn duration(self) -> Duration {
        self.0
    }
}

/// The default overlap is one day.
impl Default for SecretOverlap {
    fn default() -> Self {
        Self(Duration::from_hours(24))
    }
}

text_newtype! {
    /// The description of an endpoint: 1 to 255 characters after trimming, without control characters.
    pub struct EndpointDescription;

    /// The text is not the description of an endpoint.
    #[error("a description has 1 to 255 characters, none of which breaks a line or changes the direction of text")]
    pub struct InvalidEndpointDescription;

    parse: |text| {
        let text = text.trim();
        let fits = (1..=EndpointDescription::MAX).contains(&text.chars().count());
        let is_valid = fits && !text.chars().any(is_layout_control);
        is_valid.then(|| text.to_owned())
    };
}

impl EndpointDescription {
    /// The most characters.
    pub const MAX: usize = 255;
}

impl WebhookEndpoint {
    /// An endpoint that receives all events.
    pub fn new(id: WebhookEndpointId, tenant: TenantId, sealed_secret: Sealed) -> Self {
        Self {
            id,
            tenant,
            url: None,
            description: None,
            subscription: Subscription::default(),
            sealed_secret,
            old_secret: None,
            gone_since: None,
            health: EndpointHealth::default(),
            created_at: None,
            version: 0,
        }
    }

    /// Whether this is the first endpoint of its tenant, which `/v1/webhook` sets.
    pub fn is_first(&self) -> bool {
        self.id == WebhookEndpointId::first_of(&self.tenant)
    }

    /// The key of the endpoint and its lane in a store, to which its secrets are bound too: the tenant
    /// for the first endpoint, and the id for any other.
    pub fn lane_key(&self) -> &str {
        if self.is_first() {
            self.tenant.as_str()
        } else {
            self.id.as_str()
        }
    }

    /// Whether the endpoint is deleted: then its deliveries fail.
    pub fn is_deleted(&self) -> bool {
        self.url.is_none() && !self.is_first()
    }

    /// Replaces the signing secret. The old one signs too until the end of the overlap. A paused endpoint
    /// is resumed.
    pub fn rotate_secret(&mut self, new: Sealed, overlap: SecretOverlap, now: Timestamp) {
        let old = std::mem::replace(&mut self.sealed_secret, new);
        let until = now.plus(overlap.duration());
        self.old_secret = (until > now).then_some(OldSecret { sealed: old, until });
        self.health = EndpointHealth::default();
    }

    /// The sealed secrets that sign at the moment, the newest first.
    pub fn signing_secrets(&self, now: Timestamp) -> impl Iterator<Item = &Sealed> {
        let old = self.old_secret.as_ref().filter(|old| old.until > now);
        [&self.sealed_secret]
            .into_iter()
            .chain(old.map(|old| &old.sealed))
    }

    /// Deletes the endpoint with its secrets. What is left of the first endpoint of a tenant waits for
    /// a URL, and the deliveries to any other fail.
    pub fn delete(&mut self) {
        self.url = None;
        self.description = None;
        if self.is_first() {
            self.subscription = Subscription::default();
        }
        self.sealed_secret.erase();
        self.old_secret = None;
        self.gone_since = None;
        self.health = EndpointHealth::default();
    }

    /// The endpoint, as far as the events that it receives are concerned.
    pub fn subscriber(&self) -> Subscriber {
        Subscriber {
            endpoint: self.id.clone(),
            subscription: self.subscription.clone(),
        }
    }

    /// The state that sellers see: `active`, `failing`, `paused` or `gone`.
    pub fn status(&self) -> &'static str {
        match self.gone_since {
            Some(_) => "gone",
            None => self.health.status(),
        }
    }

    /// How deliveries to the endpoint are claimed.
    pub fn lane(&self) -> LaneState {
        let waits = self.url.is_none() || !self.subscription.is_enabled;
        if self.is_deleted() {
            LaneState::Responsive
        } else if waits || self.gone_since.is_some() || !self.health.is_open() {
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
