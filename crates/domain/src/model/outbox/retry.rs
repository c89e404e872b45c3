//! The retry schedule of deliveries and mails.

use std::time::Duration;

use crate::base::time::Timestamp;

/// The wait before each attempt: ten attempts over about 75 hours.
const WAITS: [Duration; 10] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];
/// The longest wait that a receiver can request.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// The schedule of attempts. Each wait varies randomly by up to a fifth, so that an endpoint that
/// is available again does not receive all its deliveries at once.
#[derive(Debug, Clone, Copy)]
pub struct RetrySchedule;

/// The meaning of an endpoint's answer for a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx: the receiver acknowledged the event.
    Delivered,
    /// 410: the endpoint is gone and receives nothing more.
    Gone,
    /// Any other status: the delivery is retried.
    TryAgain,
}

impl Verdict {
    /// The meaning of an HTTP status.
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Delivered,
            410 => Self::Gone,
            _ => Self::TryAgain,
        }
    }
}

impl RetrySchedule {
    /// The number of attempts.
    pub const ATTEMPTS: usize = WAITS.len();

    /// When the next attempt is due, after `attempts_made` attempts, the last of which ended at
    /// `now`; `None` if no attempts are left.
    ///
    /// `random` is uniformly distributed. `retry_after` is the wait that the receiver requested: it
    /// can make the wait longer, up to 24 hours, but never shorter.
    pub fn next(
        attempts_made: usize,
        now: Timestamp,
        random: u32,
        retry_after: Option<Duration>,
    ) -> Option<Timestamp> {
        let wait = spread(*WAITS.get(attempts_made)?, random);
        let requested = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
        Some(now.plus(wait.max(requested)))
    }
}

/// The wait multiplied by 0.8 to 1.2, in proportion to `random`.
fn spread(wait: Duration, random: u32) -> Duration {
    const RANDOM_MAX: u128 = 0xffff_ffff;
    let fifth = wait.as_micros() / 5;
    let above_least = fifth.saturating_mul(2).saturating_mul(u128::from(random)) / RANDOM_MAX;
    let spread = fifth.saturating_mul(4).saturating_add(above_least);
    Duration::from_micros(u64::try_from(spread).unwrap_or(u64::MAX))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;
    const HOUR: Duration = Duration::from_hours(1);

    fn wait(made: usize, random: u32, retry_after: Option<Duration>) -> Duration {
        RetrySchedule::next(made, NOW, random, retry_after)
            .unwrap()
            .since(NOW)
    }

    #[test]
    fn ten_attempts_over_about_75_hours() {
        let middle = u32::MAX / 2;
        let total: Duration = (0..RetrySchedule::ATTEMPTS)
            .map(|made| wait(made, middle, None))
            .sum();
        let expected = Duration::from_secs(5) + Duration::from_mins(35) + 75 * HOUR;
        assert!(
            expected.abs_diff(total) < Duration::from_secs(1),
            "{total:?}"
        );
        assert_eq!(RetrySchedule::ATTEMPTS, 10);
        for made in [10, 11, usize::MAX] {
            assert_eq!(RetrySchedule::next(made, NOW, middle, None), None);
        }
    }

    #[test]
    fn waits_are_spread_by_a_fifth_either_way() {
        for (made, least, most) in [
            (0, Duration::ZERO, Duration::ZERO),
            (1, Duration::from_secs(4), Duration::from_secs(6)),
            (2, Duration::from_mins(4), Duration::from_mins(6)),
            (5, 4 * HOUR, 6 * HOUR),
            (8, 16 * HOUR, 24 * HOUR),
        ] {
            assert_eq!(wait(made, 0, None), least, "{made}");
            assert_eq!(wait(made, u32::MAX, None), most, "{made}");
        }
    }

    #[test]
    fn retry_after_lengthens_a_wait_up_to_a_day() {
        for (made, asked, waited) in [
            (1, Duration::ZERO, Duration::from_secs(4)),
            (1, Duration::from_mins(1), Duration::from_mins(1)),
            (5, Duration::from_mins(1), 4 * HOUR),
            (5, 8 * HOUR, 8 * HOUR),
            (1, 48 * HOUR, 24 * HOUR),
            (1, Duration::MAX, 24 * HOUR),
        ] {
            assert_eq!(
                wait(made, 0, Some(asked)),
                waited,
                "{made} attempts, {asked:?} asked"
            );
        }
    }

    #[test]
    fn only_2xx_is_delivered_and_only_410_stops() {
        for (status, verdict) in [
            (200, Verdict::Delivered),
            (204, Verdict::Delivered),
            (299, Verdict::Delivered),
            (199, Verdict::TryAgain),
            (301, Verdict::TryAgain),
            (404, Verdict::TryAgain),
            (410, Verdict::Gone),
            (429, Verdict::TryAgain),
            (503, Verdict::TryAgain),
        ] {
            assert_eq!(Verdict::of_status(status), verdict, "{status}");
        }
    }

    proptest! {
        #[test]
        fn the_next_attempt_is_never_past_and_at_most_a_spread_day_away(
            made in 0..RetrySchedule::ATTEMPTS,
            now: i64,
            random: u32,
            asked in proptest::option::of(any::<u64>().prop_map(Duration::from_secs)),
        ) {
            let now = Timestamp::from_micros(now);
            let next = RetrySchedule::next(made, now, random, asked).unwrap();
            prop_assert!(next >= now);
            prop_assert!(next.since(now) <= Duration::from_hours(24) * 6 / 5);
        }
    }
}
