//! The events about the use of licenses on devices.
//!
//! They are many, so they change no license, and a commit drops those that no endpoint receives.

use ring::digest;

use crate::base::id::{DeliveryId, LicenseId};
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::row::Row;
use crate::commit::write::Write;
use crate::model::licenses::activation::Activation;
use crate::model::outbox::event::EventName;
use crate::model::outbox::event_details::{EventDetails, LimitDetails};
use crate::ports::LicenseRecord;
use crate::usecase::env::Env;
use crate::usecase::outbox::event::activity_event;

/// Tells the seller in `changes` that a license was activated or deactivated on a device.
pub(super) fn activity_into(
    changes: &mut Changes,
    env: &Env<'_>,
    record: &LicenseRecord,
    (event, activation): (EventName, &Activation),
    now: Timestamp,
) {
    let id = DeliveryId::new(now, env.random());
    let details = EventDetails::Activation(activation.into());
    let event = activity_event(env, id, record, (event, details), now);
    changes.deliveries.push(Write::new(event));
}

/// Tells the seller in `changes` that the limit of a license is reached, once on a day. The id of the event
/// follows from the license and the day, so a second one is refused; `refused` is that refusal.
pub(super) fn limit_reached_into(
    changes: &mut Changes,
    env: &Env<'_>,
    record: &LicenseRecord,
    refused: Option<&Refusal>,
    now: Timestamp,
) {
    let id = id_of_day(&record.license.id, now);
    if matches!(refused, Some(Refusal::Exists(Row::Delivery(told))) if *told == id) {
        return;
    }
    let details = EventDetails::Limit(LimitDetails {
        activation_limit: record.license.activation_limit,
    });
    let event = (EventName::LicenseLimitReached, details);
    let event = activity_event(env, id, record, event, now);
    changes.deliveries.push(Write::new(event));
}

/// The id of the event about the limit of a license on a day of UTC.
fn id_of_day(license: &LicenseId, now: Timestamp) -> DeliveryId {
    const DAY: i64 = 86_400;
    let seconds = now.unix_seconds();
    let day = Timestamp::from_unix_seconds(seconds.saturating_sub(seconds.rem_euclid(DAY)));
    let text = format!("limit_reached:{license}");
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut random = [0; 10];
    for (to, from) in random.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    DeliveryId::new(day.unwrap_or(now), random)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn the_event_about_a_limit_has_an_id_for_each_license_and_day() {
        let id = |license: &str, at: &str| {
            let license = LicenseId::parse(license).unwrap();
            id_of_day(&license, Timestamp::parse_rfc3339(at).unwrap())
        };
        let first = id("lic_1", "2027-01-01T00:00:00Z");
        assert_eq!(id("lic_1", "2027-01-01T23:59:59Z"), first);
        assert_ne!(id("lic_1", "2027-01-02T00:00:00Z"), first);
        assert_ne!(id("lic_2", "2027-01-01T00:00:00Z"), first);
    }
}
