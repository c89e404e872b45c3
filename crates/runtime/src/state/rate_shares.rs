//! The shares of rates that this node holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::rate::Rate;
use mintage_domain::model::access::rate_share::Share;

/// How many shares are held at most. At the limit, shares whose window is over are removed; if there are
/// none, all shares are removed.
const CAPACITY: usize = 50_000;

/// This node's shares of all rates, one for each subject of each limit.
#[derive(Default)]
pub struct RateShares(RwLock<HashMap<String, Arc<HeldShare>>>);

/// One share. The task that requests more of it from the store holds `refilling`, and other tasks wait for
/// the result.
pub(crate) struct HeldShare {
    share: Mutex<Share>,
    pub(crate) refilling: Arc<tokio::sync::Mutex<()>>,
}

impl HeldShare {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Share> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateShares {
    /// The share of a subject, if this node holds one.
    fn find(&self, key: &str) -> Option<Arc<HeldShare>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(key).cloned()
    }

    /// The share of a subject; a new and empty one if this node holds none.
    pub(crate) fn of(&self, key: &str, rate: Rate, now: Timestamp) -> Arc<HeldShare> {
        if let Some(held) = self.find(key) {
            return held;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CAPACITY {
            all.retain(|_, held| !held.lock().is_over(now));
            if all.len() >= CAPACITY {
                all.clear();
            }
        }
        let new = || HeldShare {
            share: Mutex::new(Share::new(rate)),
            refilling: Arc::default(),
        };
        let held = all.entry(key.to_owned()).or_insert_with(|| Arc::new(new()));
        Arc::clone(held)
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

    #[test]
    fn at_capacity_shares_that_are_over_are_removed_first() {
        let shares = RateShares::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let spend = |key: &str, now| shares.of(key, ONCE_A_MINUTE, now).lock().spend(now);
        let len = || shares.0.read().expect("whole").len();
        for nth in 0..CAPACITY {
            // The first half is over when the last share is added.
            let now = if nth < CAPACITY / 2 { at(0) } else { at(60) };
            spend(&nth.to_string(), now);
        }
        assert_eq!(len(), CAPACITY);
        spend("one more", at(60));
        assert_eq!(len(), CAPACITY / 2 + 1);
        for nth in 0..CAPACITY / 2 {
            spend(&format!("more {nth}"), at(60));
        }
        assert_eq!(len(), 1, "none was over, so all were removed");
    }
}
