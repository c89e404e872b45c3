//! The endpoints at which Stripe's events are received.

use std::fmt;

use crate::base::mode::Mode;
use crate::base::slug::TenantId;

/// The endpoint that received an event. The secret of the endpoint signed the event, so the endpoint
/// says whom the event can speak for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub enum EventEndpoint {
    /// The platform's Connect endpoint of a mode, for the accounts that are connected by OAuth.
    Connect(Mode),
    /// The endpoint that a tenant added at Stripe by hand, in a mode.
    Manual(TenantId, Mode),
    /// The endpoint that was created with a tenant's restricted key, in a mode.
    RestrictedKey(TenantId, Mode),
}

/// The text names no endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an endpoint for Stripe's events")]
pub struct InvalidEventEndpoint;

/// The first part of the text of a tenant's manual endpoint.
const MANUAL: &str = "manual";

/// The first part of the text of a restricted key's endpoint.
const RESTRICTED_KEY: &str = "restricted_key";

impl EventEndpoint {
    /// The mode of the endpoint.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Connect(mode) | Self::Manual(_, mode) | Self::RestrictedKey(_, mode) => *mode,
        }
    }

    /// The tenant that all events of the endpoint belong to; `None` for a Connect endpoint, whose
    /// events belong to the tenant of their account.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Connect(_) => None,
            Self::Manual(tenant, _) | Self::RestrictedKey(tenant, _) => Some(tenant),
        }
    }

    /// All endpoints whose events may belong to a tenant.
    pub fn all_of(tenant: &TenantId) -> impl Iterator<Item = Self> + use<> {
        let tenant = tenant.clone();
        [Mode::Live, Mode::Sandbox]
            .into_iter()
            .flat_map(move |mode| {
                [
                    Self::Connect(mode),
                    Self::Manual(tenant.clone(), mode),
                    Self::RestrictedKey(tenant.clone(), mode),
                ]
            })
    }

    /// Reads the text that [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Result<Self, InvalidEventEndpoint> {
        let of_mode = |text| Mode::parse(text).map_err(|_| InvalidEventEndpoint);
        let mut parts = text.splitn(3, ':');
        let parts = [parts.next(), parts.next(), parts.next()];
        let [Some(kind), Some(mode), Some(tenant)] = parts else {
            return of_mode(text).map(Self::Connect);
        };
        let mode = of_mode(mode)?;
        let tenant = TenantId::parse(tenant).map_err(|_| InvalidEventEndpoint)?;
        match kind {
            MANUAL => Ok(Self::Manual(tenant, mode)),
            RESTRICTED_KEY => Ok(Self::RestrictedKey(tenant, mode)),
            _ => Err(InvalidEventEndpoint),
        }
    }
}

/// The text under which events are stored: `live` or `sandbox` for a Connect endpoint, as before there
/// were others, else the kind, the mode and the tenant, as in `manual:live:acme`.
impl fmt::Display for EventEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(mode) => write!(f, "{mode}"),
            Self::Manual(tenant, mode) => write!(f, "{MANUAL}:{mode}:{tenant}"),
            Self::RestrictedKey(tenant, mode) => write!(f, "{RESTRICTED_KEY}:{mode}:{tenant}"),
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<String> for EventEndpoint {
    type Error = InvalidEventEndpoint;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

#[cfg(feature = "serde")]
impl From<EventEndpoint> for String {
    fn from(endpoint: EventEndpoint) -> Self {
        endpoint.to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_from_its_text_and_nothing_else_is() {
        let acme = TenantId::parse("acme").unwrap();
        for (endpoint, text) in [
            (EventEndpoint::Connect(Mode::Live), "live"),
            (EventEndpoint::Connect(Mode::Sandbox), "sandbox"),
            (
                EventEndpoint::Manual(acme.clone(), Mode::Live),
                "manual:live:acme",
            ),
            (
                EventEndpoint::RestrictedKey(acme, Mode::Sandbox),
                "restricted_key:sandbox:acme",
            ),
        ] {
            assert_eq!(endpoint.to_string(), text);
            assert_eq!(EventEndpoint::parse(text), Ok(endpoint));
        }
        for text in [
            "",
            "Live",
            "manual",
            "manual:live",
            "manual:live:",
            "manual:test:acme",
            "connect:live:acme",
            "manual:live:acme:x",
            "live:acme",
        ] {
            assert_eq!(
                EventEndpoint::parse(text),
                Err(InvalidEventEndpoint),
                "{text}"
            );
        }
    }

    #[test]
    fn an_endpoint_of_a_tenant_says_whose_its_events_are() {
        let acme = TenantId::parse("acme").unwrap();
        let all: Vec<_> = EventEndpoint::all_of(&acme).collect();
        assert_eq!(all.len(), 6);
        for endpoint in all {
            let is_connect = matches!(endpoint, EventEndpoint::Connect(_));
            assert_eq!(endpoint.tenant(), (!is_connect).then_some(&acme));
        }
    }
}
