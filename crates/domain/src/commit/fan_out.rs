//! Delivering each event to the endpoints that receive it.

use std::collections::HashMap;

use crate::base::slug::TenantId;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::outbox::delivery::Delivery;
use crate::model::outbox::subscription::Subscriber;

/// The endpoints of tenants that have any, in the order of their ids.
pub type Subscribers = HashMap<TenantId, Vec<Subscriber>>;

impl Changes {
    /// The tenants with new events, whose endpoints [`fan_out`](Self::fan_out) must know.
    pub fn tenants_with_events(&self) -> impl Iterator<Item = &TenantId> {
        let new = self.deliveries.iter().filter(|it| is_event(it));
        new.map(|write| &write.value.tenant)
    }

    /// Replaces the delivery of each new event by one to each endpoint that receives the event. An event
    /// whose tenant has no endpoint of its mode stays as it is and waits, unless it is about activity or about
    /// a connection: nobody would act on old news of these.
    pub fn fan_out(&mut self, subscribers: &Subscribers) {
        let mut all = Vec::new();
        for write in std::mem::take(&mut self.deliveries) {
            match receivers(&write, subscribers) {
                None if is_event(&write) && write.value.event.is_activity() => {}
                None => all.push(write),
                Some(to) => {
                    let copies = to.into_iter().enumerate();
                    all.extend(copies.map(|(nth, to)| copy(&write, to, nth == 0)));
                }
            }
        }
        self.deliveries = all;
    }
}

/// The endpoints that receive an event; `None` if the delivery is addressed already, or waits.
fn receivers<'a>(
    write: &Write<Delivery>,
    subscribers: &'a Subscribers,
) -> Option<Vec<&'a Subscriber>> {
    let mode = write.value.waits_in.filter(|_| is_event(write))?;
    let event = write.value.event;
    let endpoints = subscribers.get(&write.value.tenant);
    let of_mode = |it: &&Vec<Subscriber>| it.iter().any(|it| it.subscription.is_of(mode));
    let Some(endpoints) = endpoints.filter(of_mode) else {
        return event.is_about_connection().then(Vec::new);
    };
    let receive = |it: &&Subscriber| it.subscription.receives(event, mode);
    Some(endpoints.iter().filter(receive).collect())
}

/// Whether a delivery is that of a new event, which is not addressed yet.
fn is_event(write: &Write<Delivery>) -> bool {
    write.is_new() && write.value.waits_in.is_some()
}

/// The delivery of an event to an endpoint. The first one has the id of the event.
fn copy(event: &Write<Delivery>, to: &Subscriber, is_first: bool) -> Write<Delivery> {
    let mut write = event.clone();
    if !is_first {
        write.value.id = event.value.id.to_endpoint(&to.endpoint);
    }
    write.value.endpoint = to.endpoint.clone();
    write.value.waits_in = None;
    write
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::id::{CommitId, DeliveryId, LicenseId, WebhookEndpointId};
    use crate::base::mode::Mode;
    use crate::base::seal::Sealed;
    use crate::base::time::Timestamp;
    use crate::model::outbox::delivery::DeliveryStatus;
    use crate::model::outbox::event::EventName;
    use crate::model::outbox::subscription::Subscription;

    fn tenant() -> TenantId {
        TenantId::parse("acme").unwrap()
    }

    fn event(id: &str, mode: Option<Mode>) -> Delivery {
        let now = Timestamp::EPOCH;
        Delivery {
            id: DeliveryId::parse(id).unwrap(),
            tenant: tenant(),
            endpoint: WebhookEndpointId::first_of(&tenant()),
            waits_in: mode,
            event: EventName::LicenseCreated,
            license: LicenseId::parse("lic_1").ok(),
            sequence: 1,
            customer: None,
            sealed_body: Sealed::from_bytes(&[]).unwrap(),
            status: DeliveryStatus::Pending,
            attempts: 0,
            schedule_from: 0,
            due_at: now,
            created_at: now,
            version: 1,
        }
    }

    fn subscriber(id: &str, mode: Option<Mode>, event: Option<EventName>) -> Subscriber {
        Subscriber {
            endpoint: WebhookEndpointId::parse(id).unwrap(),
            subscription: Subscription {
                mode,
                events: event.map(|event| [event].into()),
                is_enabled: true,
            },
        }
    }

    /// The id, the endpoint and the mode of each delivery.
    fn fanned_out(write: Write<Delivery>, to: Vec<Subscriber>) -> Vec<String> {
        let now = Timestamp::EPOCH;
        let mut changes = Changes::new(CommitId::new(now, [0; 10]), now);
        changes.deliveries.push(write);
        changes.fan_out(&Subscribers::from([(tenant(), to)]));
        let all = changes.deliveries.into_iter().map(|write| write.value);
        all.map(|it| format!("{} {} {:?}", it.id, it.endpoint, it.waits_in))
            .collect()
    }

    #[test]
    fn an_event_is_delivered_once_to_each_endpoint_that_receives_it() {
        let live = Some(Mode::Live);
        let revoked = Some(EventName::LicenseRevoked);
        let waits = ["dlv_1 we_acme Some(Live)"];
        let subscriber = |id: &str, mode, event| subscriber(id, mode, event);
        for (to, expected) in [
            (vec![], waits.as_slice()),
            (vec![subscriber("we_1", Some(Mode::Sandbox), None)], &waits),
            (vec![subscriber("we_1", live, revoked)], &[]),
            (vec![subscriber("we_1", live, None)], &["dlv_1 we_1 None"]),
            (
                vec![
                    subscriber("we_acme", None, None),
                    subscriber("we_1", live, None),
                    subscriber("we_2", live, revoked),
                    subscriber("we_3", None, Some(EventName::LicenseCreated)),
                ],
                &[
                    "dlv_1 we_acme None",
                    "dlv_1-1 we_1 None",
                    "dlv_1-3 we_3 None",
                ],
            ),
        ] {
            let event = Write::new(event("dlv_1", live));
            assert_eq!(fanned_out(event, to.clone()), expected, "{to:?}");
        }
    }

    #[test]
    fn an_event_about_activity_waits_for_no_endpoint() {
        let live = Some(Mode::Live);
        for (to, expected) in [
            (vec![], [].as_slice()),
            (vec![subscriber("we_1", Some(Mode::Sandbox), None)], &[]),
            (vec![subscriber("we_1", live, None)], &["dlv_1 we_1 None"]),
        ] {
            let mut activated = event("dlv_1", live);
            activated.event = EventName::LicenseActivated;
            assert_eq!(fanned_out(Write::new(activated), to), expected);
        }
    }

    #[test]
    fn an_event_about_a_connection_waits_for_no_endpoint() {
        let event = || {
            let mut event = event("dlv_1", Some(Mode::Live));
            event.event = EventName::ConnectionNeedsAttention;
            Write::new(event)
        };
        let sandbox = subscriber("we_1", Some(Mode::Sandbox), None);
        let live = subscriber("we_2", Some(Mode::Live), None);
        for (to, expected) in [
            (vec![], &[][..]),
            (vec![sandbox.clone()], &[]),
            (vec![sandbox, live], &["dlv_1 we_2 None"]),
        ] {
            assert_eq!(fanned_out(event(), to.clone()), expected, "{to:?}");
        }
    }

    #[test]
    fn what_is_addressed_or_was_stored_before_stays_as_it_is() {
        let addressed = Write::new(event("dlv_1", None));
        let stored = Write::changed(event("dlv_1", Some(Mode::Live)));
        for (write, expected) in [
            (addressed, "dlv_1 we_acme None"),
            (stored, "dlv_1 we_acme Some(Live)"),
        ] {
            let to = vec![subscriber("we_1", None, None)];
            assert_eq!(fanned_out(write, to), [expected]);
        }
    }
}
