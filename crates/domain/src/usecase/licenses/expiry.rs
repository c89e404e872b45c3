//! Noticing the ends of terms.

use std::time::Duration;

use crate::commit::write::Write;
use crate::model::outbox::event::EventName;
use crate::ports::{Commit, Licenses};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::outbox::event::masked_license_event;

/// The largest number of licenses in one commit.
const STEP: usize = 100;

/// The largest number of commits. What is left waits for the next sweep.
const MAX_STEPS: usize = 100;

/// How long after the end of a term it is noticed: longer than the clocks of two nodes differ.
const NOTICE_AFTER: Duration = Duration::from_mins(1);

/// Notices the ends of terms, the first ended first, and tells the sellers. A license carries the end that
/// was noticed, and is committed under its version, so each end is told once, however many nodes look.
/// Returns the number of licenses.
pub(crate) fn notice_ends(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
) -> Result<usize, Failure> {
    let mut noticed: usize = 0;
    for _ in 0..MAX_STEPS {
        let step = settle(store, |_| {
            let now = env.now();
            let ended = store.ended_licenses(now.minus(NOTICE_AFTER), STEP)?;
            let step = ended.len();
            if step == 0 {
                return Ok::<_, Failure>(Decision::Answer(0));
            }
            let mut changes = env.changes(now);
            for mut record in ended {
                record.license.noticed_end = record.license.standing.expires_at();
                let name = EventName::LicenseExpired;
                let event = masked_license_event(env, &mut record, name, now);
                changes.deliveries.push(Write::new(event));
                changes.licenses.push(Write::changed(record.license));
            }
            Ok(Decision::commit(changes, step))
        })?;
        noticed = noticed.saturating_add(step);
        if step < STEP {
            break;
        }
    }
    Ok(noticed)
}
