//! Rate limits that hold across nodes: the window is data, kept by the store.

use crate::time::Timestamp;
use std::time::Duration;

/// At most `limit` takes in any span of `window`, to within the blur of a two-bucket window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub limit: u32,
    /// In how long.
    pub window: Duration,
}

/// How much of a rate was used: the current bucket and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateWindow {
    /// Which bucket is the current one, counted from the epoch.
    pub bucket: i64,
    /// Takes in it.
    pub current: u32,
    /// Takes in the bucket before.
    pub previous: u32,
}

/// The answer to a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Go ahead; the window is now this.
    Taken(RateWindow),
    /// Too many; worth trying again after this long.
    Refused(Duration),
}

impl Rate {
    /// Takes one, if the weighted count of the last `window` allows it: the previous bucket
    /// counts by the part of it that is still inside the window.
    pub fn take(&self, window: RateWindow, now: Timestamp) -> Take {
        let span = i64::try_from(self.window.as_micros())
            .unwrap_or(i64::MAX)
            .max(1);
        let bucket = now.as_micros().div_euclid(span);
        let into = now.as_micros().rem_euclid(span);
        let window = match bucket.saturating_sub(window.bucket) {
            0 => window,
            1 => RateWindow {
                bucket,
                current: 0,
                previous: window.current,
            },
            _ => RateWindow {
                bucket,
                current: 0,
                previous: 0,
            },
        };
        let left = span.saturating_sub(into);
        // previous * left / span + current < limit, without the division.
        let weighted = i128::from(window.previous)
            .saturating_mul(i128::from(left))
            .saturating_add(i128::from(window.current).saturating_mul(i128::from(span)));
        if weighted < i128::from(self.limit).saturating_mul(i128::from(span)) {
            return Take::Taken(RateWindow {
                current: window.current.saturating_add(1),
                ..window
            });
        }
        Take::Refused(Duration::from_micros(wait(
            self.limit, window, into, left, span,
        )))
    }
}

/// How long until one more fits: the previous bucket fades, or the current one must first end.
fn wait(limit: u32, window: RateWindow, into: i64, left: i64, span: i64) -> u64 {
    let spare = i64::from(limit).saturating_sub(i64::from(window.current));
    let micros = if spare > 0 && window.previous > 0 {
        // previous * (span - t) / span < spare  =>  t > span - spare * span / previous
        let fades_at = span.saturating_sub(
            spare
                .saturating_mul(span)
                .checked_div(i64::from(window.previous))
                .unwrap_or(0),
        );
        fades_at.saturating_sub(into).saturating_add(1)
    } else {
        // At the turn the full bucket still weighs as a whole; just after it, one fits.
        left.saturating_add(1)
    };
    u64::try_from(micros.max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWENTY_A_MINUTE: Rate = Rate {
        limit: 20,
        window: Duration::from_mins(1),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn take_many(mut window: RateWindow, now: Timestamp, n: u32) -> (RateWindow, u32) {
        let mut taken = 0;
        for _ in 0..n {
            if let Take::Taken(next) = TWENTY_A_MINUTE.take(window, now) {
                window = next;
                taken += 1;
            }
        }
        (window, taken)
    }

    #[test]
    fn the_twenty_first_in_a_minute_is_refused() {
        let (window, taken) = take_many(RateWindow::default(), at(600), 21);
        assert_eq!(taken, 20);
        let Take::Refused(wait) = TWENTY_A_MINUTE.take(window, at(610)) else {
            panic!("refused until the window moves on");
        };
        assert!(wait <= Duration::from_mins(1));
    }

    #[test]
    fn a_burst_at_the_edge_of_a_bucket_does_not_double_the_rate() {
        let (window, first) = take_many(RateWindow::default(), at(659), 40);
        let (_, second) = take_many(window, at(661), 40);
        assert_eq!(
            (first, second),
            (20, 1),
            "only what has faded is free again"
        );
    }

    proptest! {
        #[test]
        fn after_the_told_wait_one_more_fits_and_just_before_it_none(
            bursts in proptest::collection::vec((0..90_000_000_i64, 0..30_u32), 1..5),
            limit in 1..25_u32,
        ) {
            let rate = Rate { limit, ..TWENTY_A_MINUTE };
            let (mut window, mut micros) = (RateWindow::default(), 0);
            for (later, takes) in bursts {
                micros += later;
                let now = Timestamp::from_micros(micros);
                for _ in 0..takes {
                    match rate.take(window, now) {
                        Take::Taken(next) => window = next,
                        Take::Refused(wait) => {
                            let then = now.plus(wait);
                            prop_assert!(matches!(rate.take(window, then), Take::Taken(_)));
                            let almost = Timestamp::from_micros(then.as_micros() - 2);
                            let early = almost >= now
                                && matches!(rate.take(window, almost), Take::Taken(_));
                            prop_assert!(!early, "a shorter wait would do");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn two_idle_windows_forget_everything() {
        let (window, _) = take_many(RateWindow::default(), at(600), 20);
        assert_eq!(take_many(window, at(780), 20).1, 20);
    }
}
