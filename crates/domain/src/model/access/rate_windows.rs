//! The windows of many rates in memory, for a store that one process has to itself.

use std::collections::HashMap;

use crate::base::time::Timestamp;
use crate::model::access::rate::{Grant, Rate, RateWindow, Take};

/// Windows by key, at most a given number of them.
#[derive(Debug, Clone)]
pub struct RateWindows {
    windows: HashMap<String, Kept>,
    capacity: usize,
}

impl Default for RateWindows {
    /// Room for 100 000 windows, which take about 20 MB.
    fn default() -> Self {
        Self::new(100_000)
    }
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    window: RateWindow,
    /// From this time on the window has no effect.
    over_at: Timestamp,
}

impl RateWindows {
    /// No windows, with room for `capacity`.
    pub fn new(capacity: usize) -> Self {
        Self {
            windows: HashMap::new(),
            capacity,
        }
    }

    /// Takes up to `n` from the rate of `key`, as [`Rate::take`] computes.
    ///
    /// While the windows of `capacity` keys are in use, a take of another key is granted and not
    /// counted: the windows that limit somebody now are not dropped for it.
    pub fn take(&mut self, key: &str, rate: Rate, n: u32, now: Timestamp) -> Take {
        let known = self.windows.get(key).map(|kept| kept.window);
        let (window, take) = rate.take(known.unwrap_or_default(), n, now);
        if known.is_none() && !self.has_room(now) {
            return match take {
                Take::Granted(Grant { count, .. }) => Take::Granted(Grant { count, left: 0 }),
                refused @ Take::Refused(_) => refused,
            };
        }
        let over_at = rate.over_at(window);
        self.windows
            .insert(key.to_owned(), Kept { window, over_at });
        take
    }

    /// Drops up to `n` windows that have no effect any more, and returns their number.
    pub fn prune(&mut self, now: Timestamp, n: usize) -> usize {
        let over = self.windows.extract_if(|_, kept| kept.over_at <= now);
        over.take(n).count()
    }

    /// The number of windows that have no effect any more.
    pub fn count_over(&self, now: Timestamp) -> u64 {
        let over = self.windows.values().filter(|kept| kept.over_at <= now);
        u64::try_from(over.count()).unwrap_or(u64::MAX)
    }

    fn has_room(&mut self, now: Timestamp) -> bool {
        self.windows.len() < self.capacity || self.prune(now, self.capacity) > 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ONCE_A_MINUTE: Rate = Rate {
        limit: 1,
        window: Duration::from_mins(1),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn is_granted(windows: &mut RateWindows, key: &str, now: Timestamp) -> bool {
        matches!(
            windows.take(key, ONCE_A_MINUTE, 1, now),
            Take::Granted(Grant { count: 1, .. })
        )
    }

    #[test]
    fn the_rate_of_each_key_is_counted_apart() {
        let mut windows = RateWindows::new(10);
        let takes = ["a", "a", "b", "a", "b"].map(|key| is_granted(&mut windows, key, at(600)));
        assert_eq!(takes, [true, false, true, false, false]);
    }

    #[test]
    fn while_full_known_keys_stay_limited_and_others_are_granted() {
        let mut windows = RateWindows::new(2);
        for key in ["a", "b"] {
            assert!(is_granted(&mut windows, key, at(600)));
        }
        let takes = ["c", "c", "a", "b"].map(|key| is_granted(&mut windows, key, at(601)));
        assert_eq!(takes, [true, true, false, false]);
        assert_eq!(windows.windows.len(), 2);
    }

    #[test]
    fn windows_that_are_over_make_room_and_are_pruned_in_steps() {
        let mut windows = RateWindows::new(2);
        for key in ["a", "b"] {
            assert!(is_granted(&mut windows, key, at(600)));
        }
        assert_eq!(windows.prune(at(719), 9), 0, "they still have an effect");
        assert!(is_granted(&mut windows, "c", at(720)));
        assert!(!is_granted(&mut windows, "c", at(720)), "it is counted");
        assert!(is_granted(&mut windows, "d", at(720)));
        assert_eq!(
            (windows.count_over(at(839)), windows.count_over(at(840))),
            (0, 2)
        );
        assert_eq!(windows.prune(at(840), 1), 1);
        assert_eq!(windows.prune(at(840), 9), 1);
    }
}
