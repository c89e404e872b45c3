//! Scheduling the next attempt of a delivery or a mail.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::outbox::retry::RetrySchedule;
use crate::usecase::env::Env;

/// When the next attempt is due, after `attempts` attempts, the last of which ended at `now`;
/// `None` if no attempts are left. `retry_after` is the wait that the receiver requested.
pub(super) fn next_attempt(
    env: &Env<'_>,
    attempts: u32,
    now: Timestamp,
    retry_after: Option<Duration>,
) -> Option<Timestamp> {
    let attempts = usize::try_from(attempts).unwrap_or(usize::MAX);
    let random = u32::from_be_bytes(env.random());
    RetrySchedule::next(attempts, now, random, retry_after)
}
