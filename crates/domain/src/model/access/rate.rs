//! Rate limits that hold across nodes: the window is a value that the store keeps.

use std::time::Duration;

use crate::base::time::Timestamp;

/// A rate: at most `limit` takes in any span of `window`, approximated by two buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The largest number of takes.
    pub limit: u32,
    /// The span in which the takes are counted.
    pub window: Duration,
}

/// How much of a rate was taken in the current bucket and in the previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateWindow {
    /// The number of the current bucket, counted from the epoch.
    pub bucket: i64,
    /// The number of takes in the current bucket.
    pub current: u32,
    /// The number of takes in the previous bucket.
    pub previous: u32,
}

/// The result of taking from a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// One or more takes were granted.
    Granted(Grant),
    /// Nothing is left. After this duration the requested number is available, unless other callers
    /// take from the rate before.
    Refused(Duration),
}

/// The granted takes. They are valid until the bucket ends; unspent takes are then lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The number of granted takes: at least one, at most the requested number.
    pub count: u32,
    /// How many takes are left for other callers.
    pub left: u32,
}

/// The position of an instant in its bucket, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Moment {
    bucket: i64,
    into: i64,
    left: i64,
    span: i64,
}

impl Rate {
    /// Takes up to `n`, as many as the weighted count of the last `window` allows: the previous
    /// bucket counts by the part of it that is still inside the window. Returns the new window.
    /// `n` is clamped to 1..=`limit`.
    pub fn take(&self, window: RateWindow, n: u32, now: Timestamp) -> (RateWindow, Take) {
        let moment = self.moment(now);
        let window = window.at(moment.bucket);
        let count = self.clamped(n).min(self.available(window, moment));
        let window = RateWindow {
            current: window.current.saturating_add(count),
            ..window
        };
        (window, self.answer(window, n, count, now))
    }

    /// How much of the rate a node takes at once: a twentieth. Unspent takes of a share are lost to
    /// the other nodes, and each share costs a write.
    pub fn share(&self) -> u32 {
        self.limit.checked_div(20).unwrap_or(0).max(1)
    }

    /// The number of the bucket of an instant, counted from the epoch.
    pub fn bucket(&self, now: Timestamp) -> i64 {
        self.moment(now).bucket
    }

    /// The time from `now` until its bucket ends.
    pub fn ends_in(&self, now: Timestamp) -> Duration {
        micros(self.moment(now).left)
    }

    /// The time from which a window has no effect: the end of the bucket after its own.
    pub fn over_at(&self, window: RateWindow) -> Timestamp {
        Timestamp::from_micros(window.bucket.saturating_add(2).saturating_mul(self.span()))
    }

    /// The length of a bucket in microseconds, at least 1.
    pub fn span(&self) -> i64 {
        i64::try_from(self.window.as_micros())
            .unwrap_or(i64::MAX)
            .max(1)
    }

    /// What a store that has taken `count` of `n` answers, `window` being the window after that.
    pub fn answer(&self, window: RateWindow, n: u32, count: u32, now: Timestamp) -> Take {
        let moment = self.moment(now);
        if count == 0 {
            return Take::Refused(self.wait(window, self.clamped(n), moment));
        }
        let left = self.available(window, moment);
        Take::Granted(Grant { count, left })
    }

    /// The number of takes that a caller who requests `n` may get at most.
    pub fn clamped(&self, n: u32) -> u32 {
        n.clamp(1, self.limit.max(1))
    }

    fn moment(&self, now: Timestamp) -> Moment {
        let span = self.span();
        let into = now.as_micros().rem_euclid(span);
        Moment {
            bucket: now.as_micros().div_euclid(span),
            into,
            left: span.saturating_sub(into),
            span,
        }
    }

    /// How many more takes are allowed: the largest `more` for which
    /// previous * left / span + current + more - 1 < limit.
    /// The current microsecond counts as passed, so that one take of a full bucket has expired at
    /// the beginning of the next bucket.
    fn available(&self, window: RateWindow, moment: Moment) -> u32 {
        let span = i128::from(moment.span);
        let weighted = i128::from(window.previous)
            .saturating_mul(i128::from(moment.left.saturating_sub(1)))
            .saturating_add(i128::from(window.current).saturating_mul(span));
        let free = i128::from(self.limit)
            .saturating_mul(span)
            .saturating_sub(weighted);
        if free <= 0 {
            return 0;
        }
        let more = free.saturating_sub(1).checked_div(span).unwrap_or(0);
        u32::try_from(more.saturating_add(1)).unwrap_or(u32::MAX)
    }

    /// The time until `n` more takes are allowed. If the current bucket alone exceeds the limit, it
    /// must end first; the takes of the previous bucket then expire evenly.
    fn wait(&self, window: RateWindow, n: u32, moment: Moment) -> Duration {
        let spare_of = |taken: u32| {
            i64::from(self.limit)
                .saturating_sub(i64::from(taken))
                .saturating_sub(i64::from(n))
                .saturating_add(1)
        };
        let (now, then) = (spare_of(window.current), spare_of(0));
        let wait = if now > 0 {
            fades_at(window.previous, now, moment.span).saturating_sub(moment.into)
        } else {
            let fades = fades_at(window.current, then, moment.span);
            moment.left.saturating_add(fades)
        };
        micros(wait.max(1))
    }
}

/// The time into a bucket after which the `before` takes of the previous bucket weigh less than
/// `spare`:
/// before * (span - t - 1) / span < spare  =>  t >= span - spare * span / before.
fn fades_at(before: u32, spare: i64, span: i64) -> i64 {
    let faded = spare.saturating_mul(span).checked_div(i64::from(before));
    faded.map_or(0, |faded| span.saturating_sub(faded).max(0))
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

impl RateWindow {
    /// The window moved on to a bucket. If the clock was set back, the window does not change.
    fn at(self, bucket: i64) -> Self {
        let previous = match bucket.saturating_sub(self.bucket) {
            ..=0 => return self,
            1 => self.current,
            _ => 0,
        };
        Self {
            bucket,
            current: 0,
            previous,
        }
    }
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

    fn granted(take: Take) -> u32 {
        match take {
            Take::Granted(grant) => grant.count,
            Take::Refused(_) => 0,
        }
    }

    fn take_many(mut window: RateWindow, now: Timestamp, n: u32) -> (RateWindow, u32) {
        let mut taken = 0;
        for _ in 0..n {
            let (next, take) = TWENTY_A_MINUTE.take(window, 1, now);
            window = next;
            taken += granted(take);
        }
        (window, taken)
    }

    #[test]
    fn the_twenty_first_in_a_minute_is_refused() {
        let (window, taken) = take_many(RateWindow::default(), at(600), 21);
        assert_eq!(taken, 20);
        let (_, Take::Refused(wait)) = TWENTY_A_MINUTE.take(window, 1, at(610)) else {
            panic!("refused until the window moves on");
        };
        assert_eq!(wait, Duration::from_secs(50));
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

    #[test]
    fn two_idle_windows_forget_everything() {
        let (window, _) = take_many(RateWindow::default(), at(600), 20);
        assert_eq!(take_many(window, at(780), 20).1, 20);
    }

    #[test]
    fn what_is_asked_for_at_once_is_granted_as_far_as_it_is_left() {
        let mut window = RateWindow::default();
        for (asked, count, left) in [(0, 1, 19), (15, 15, 4), (15, 4, 0)] {
            let (next, take) = TWENTY_A_MINUTE.take(window, asked, at(600));
            assert_eq!(take, Take::Granted(Grant { count, left }), "{asked}");
            window = next;
        }
        let (same, take) = TWENTY_A_MINUTE.take(window, 15, at(600));
        assert_eq!(
            (same, granted(take)),
            (window, 0),
            "a refused caller takes nothing"
        );
    }

    #[test]
    fn a_share_is_a_twentieth_and_at_least_one() {
        for (limit, share) in [(0, 1), (1, 1), (20, 1), (59, 2), (60, 3), (6_000, 300)] {
            let rate = Rate {
                limit,
                ..TWENTY_A_MINUTE
            };
            assert_eq!(rate.share(), share, "{limit}");
        }
    }

    #[test]
    fn a_rate_of_none_grants_none() {
        let never = Rate {
            limit: 0,
            ..TWENTY_A_MINUTE
        };
        let (_, take) = never.take(RateWindow::default(), 1, at(600));
        assert_eq!(granted(take), 0);
    }

    proptest! {
        #[test]
        fn after_the_returned_wait_the_requested_number_is_granted_and_just_before_it_fewer(
            bursts in proptest::collection::vec((0..90_000_000_i64, 0..30_u32, 1..9_u32), 1..5),
            limit in 1..25_u32,
        ) {
            let rate = Rate { limit, ..TWENTY_A_MINUTE };
            let (mut window, mut micros) = (RateWindow::default(), 0);
            for (later, takes, n) in bursts {
                let n = n.min(limit);
                micros += later;
                let now = Timestamp::from_micros(micros);
                for _ in 0..takes {
                    let (next, take) = rate.take(window, n, now);
                    window = next;
                    let Take::Refused(wait) = take else { continue };
                    let then = now.plus(wait);
                    prop_assert_eq!(granted(rate.take(window, n, then).1), n);
                    let almost = Timestamp::from_micros(then.as_micros() - 2);
                    let early = almost >= now && granted(rate.take(window, n, almost).1) == n;
                    prop_assert!(!early, "a shorter wait would do");
                }
            }
        }

        #[test]
        fn no_bucket_grants_more_than_the_limit(
            asks in proptest::collection::vec((0..20_000_000_i64, 0..40_u32), 1..60),
            limit in 1..50_u32,
        ) {
            let rate = Rate { limit, ..TWENTY_A_MINUTE };
            let (mut window, mut micros) = (RateWindow::default(), 0);
            let mut by_bucket = std::collections::BTreeMap::<i64, u32>::new();
            for (later, n) in asks {
                micros += later;
                let now = Timestamp::from_micros(micros);
                let (next, take) = rate.take(window, n, now);
                window = next;
                *by_bucket.entry(rate.bucket(now)).or_default() += granted(take);
            }
            prop_assert!(by_bucket.values().all(|granted| *granted <= limit), "{by_bucket:?}");
        }
    }
}
