//! Noticing what time brings: ends of terms, ends of graces, and ends to come.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::outbox::event::EventName;
use crate::model::sellers::audit::Actor;
use crate::ports::{Commit, Licenses};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::outbox::event::{masked_license_event, reminder_event};

/// The largest number of licenses in one commit.
const STEP: usize = 100;

/// The largest number of commits. What is left waits for the next sweep.
const MAX_STEPS: usize = 100;

/// How long after an instant its coming is noticed: longer than the clocks of two nodes differ.
const NOTICE_AFTER: Duration = Duration::from_mins(1);

/// Notices the ends of terms, the first ended first, and tells the sellers. A license carries the end that
/// was noticed, and is committed under its version, so each end is told once, however many nodes look.
/// Returns the number of licenses.
pub(crate) fn notice_ends(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
) -> Result<usize, Failure> {
    in_steps(store, env, |changes, now| {
        let ended = store.ended_licenses(now.minus(NOTICE_AFTER), STEP)?;
        let listed = ended.len();
        for mut record in ended {
            record.license.noticed_end = record.license.standing.expires_at();
            let event = masked_license_event(env, &mut record, EventName::LicenseExpired, now);
            changes.deliveries.push(Write::new(event));
            changes.licenses.push(Write::changed(record.license));
        }
        Ok(listed)
    })
}

/// Notices the ends of graces, which freeze their licenses, and tells the sellers, each end once. Returns
/// the number of licenses.
pub(crate) fn notice_lapses(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
) -> Result<usize, Failure> {
    in_steps(store, env, |changes, now| {
        let lapsed = store.lapsed_licenses(now.minus(NOTICE_AFTER), STEP)?;
        let listed = lapsed.len();
        for mut record in lapsed {
            let license = &mut record.license;
            license.noticed_end = license.standing.lapse().map(|lapse| lapse.from);
            let (tenant, id) = (&license.tenant, license.id.as_str());
            let action = "license.frozen";
            changes
                .audit
                .push(env.audit(tenant, now, Actor::Stripe, action, id));
            let event = masked_license_event(env, &mut record, EventName::LicenseFrozen, now);
            changes.deliveries.push(Write::new(event));
            changes.licenses.push(Write::changed(record.license));
        }
        Ok(listed)
    })
}

/// Reminds the sellers of ends to come, as many days before as the key type says, once for each end. An end
/// that another event tells of is passed over. Returns the number of licenses.
pub(crate) fn remind(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
) -> Result<usize, Failure> {
    in_steps(store, env, |changes, now| {
        let expiring = store.expiring_licenses(now, STEP)?;
        let listed = expiring.len();
        for it in expiring {
            let mut record = it.record;
            record.license.reminded_end = record.license.standing.expires_at();
            if record.license.is_end_foreseen() {
                let event = reminder_event(env, &mut record, it.reminder_days, now);
                changes.deliveries.push(Write::new(event));
            }
            changes.licenses.push(Write::changed(record.license));
        }
        Ok(listed)
    })
}

/// Commits what `fill` finds, step by step, until it finds less than a step has. `fill` returns the number
/// of licenses that it found. Returns the number of all.
fn in_steps(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    fill: impl Fn(&mut Changes, Timestamp) -> Result<usize, Failure>,
) -> Result<usize, Failure> {
    let mut noticed: usize = 0;
    for _ in 0..MAX_STEPS {
        let step = settle(store, |_| {
            let now = env.now();
            let mut changes = env.changes(now);
            match fill(&mut changes, now)? {
                0 => Ok::<_, Failure>(Decision::Answer(0)),
                step => Ok(Decision::commit(changes, step)),
            }
        })?;
        noticed = noticed.saturating_add(step);
        if step < STEP {
            break;
        }
    }
    Ok(noticed)
}
