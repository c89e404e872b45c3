//! Which events an endpoint receives.

use std::collections::BTreeSet;

use crate::base::id::WebhookEndpointId;
use crate::base::mode::Mode;
use crate::model::outbox::event::EventName;

/// The events that an endpoint receives. The default is all events of both modes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Subscription {
    /// The mode of the events; `None` is both modes.
    pub mode: Option<Mode>,
    /// The names of the events; `None` is all events.
    pub events: Option<BTreeSet<EventName>>,
    /// Whether events are delivered at all.
    pub is_enabled: bool,
}

impl Default for Subscription {
    fn default() -> Self {
        Self {
            mode: None,
            events: None,
            is_enabled: true,
        }
    }
}

impl Subscription {
    /// Whether the endpoint is one of a mode.
    pub fn is_of(&self, mode: Mode) -> bool {
        self.mode.is_none_or(|own| own == mode)
    }

    /// The modes of the endpoint.
    pub fn modes(&self) -> impl Iterator<Item = Mode> {
        Mode::ALL.into_iter().filter(|mode| self.is_of(*mode))
    }

    /// Whether the endpoint receives an event of a mode.
    pub fn receives(&self, event: EventName, mode: Mode) -> bool {
        let is_named = |events: &BTreeSet<EventName>| events.contains(&event);
        self.is_enabled && self.is_of(mode) && self.events.as_ref().is_none_or(is_named)
    }
}

/// An endpoint of a tenant, as far as the events that it receives are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// What it receives.
    pub subscription: Subscription,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_receives_the_named_events_of_its_mode_while_it_is_enabled() {
        let all = Subscription::default();
        let live = Subscription {
            mode: Some(Mode::Live),
            ..all.clone()
        };
        let created = Subscription {
            events: Some([EventName::LicenseCreated].into()),
            ..all.clone()
        };
        let disabled = Subscription {
            is_enabled: false,
            ..all.clone()
        };
        for (subscription, live_created, live_revoked, sandbox_created) in [
            (all, true, true, true),
            (live, true, true, false),
            (created, true, false, true),
            (disabled, false, false, false),
        ] {
            let (created, revoked) = (EventName::LicenseCreated, EventName::LicenseRevoked);
            for (event, mode, receives) in [
                (created, Mode::Live, live_created),
                (revoked, Mode::Live, live_revoked),
                (created, Mode::Sandbox, sandbox_created),
            ] {
                let received = subscription.receives(event, mode);
                assert_eq!(received, receives, "{subscription:?} {event} {mode}");
            }
        }
    }
}
