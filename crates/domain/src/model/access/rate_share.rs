//! A node's share of a rate: the node takes it from the store at once and spends it call by call in
//! memory.
//!
//! Since a node spends only what the store granted before, all nodes together spend no more than
//! the rate allows. The first call in a bucket is the exception: it is accepted on credit while the
//! node requests a share. So a rate is exceeded by at most one call for each node and bucket, and
//! is not exceeded while the store's last answer was a refusal.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::access::rate::{Rate, Take};

/// A node's share of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    rate: Rate,
    /// The bucket for which the share was granted.
    bucket: i64,
    /// How many takes of the share are not spent.
    held: u32,
    /// How many takes the store had left for other nodes in its last answer.
    left: u32,
    /// Until when the store refuses, according to its last answer.
    refused_until: Option<Timestamp>,
}

/// The result of spending one take of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spend {
    /// The call may proceed.
    Spent {
        /// How many takes are known to be left, in this share and in the store.
        remaining: u32,
        /// Whether the node should request another share.
        low: bool,
    },
    /// The rate is exhausted; the caller may retry after this duration.
    Refused(Duration),
    /// The first call in a bucket: it may proceed if the node requests a share at once.
    First,
    /// The share is empty: the call must wait until the node has requested another one.
    Empty,
}

impl Share {
    /// An empty share.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            bucket: i64::MIN,
            held: 0,
            left: 0,
            refused_until: None,
        }
    }

    /// Spends one take.
    pub fn spend(&mut self, now: Timestamp) -> Spend {
        let first = self.advance(now) && self.refused_until.is_none();
        if let Some(held) = self.held.checked_sub(1) {
            self.held = held;
            return Spend::Spent {
                remaining: held.saturating_add(self.left),
                low: held <= self.rate.share() >> 1 && self.refusal(now).is_none(),
            };
        }
        match self.refusal(now) {
            Some(wait) => Spend::Refused(wait),
            None if first => Spend::First,
            None => Spend::Empty,
        }
    }

    /// Adds the store's answer to the request made at `asked_at`. `spent` of the granted takes are
    /// spent already. An answer for a bucket that has ended adds nothing.
    pub fn note(&mut self, take: Take, spent: u32, asked_at: Timestamp) {
        self.advance(asked_at);
        match take {
            Take::Granted(grant) => {
                self.refused_until = None;
                self.left = grant.left;
                if self.rate.bucket(asked_at) == self.bucket {
                    let unspent = grant.count.saturating_sub(spent);
                    self.held = self.held.saturating_add(unspent);
                }
            }
            Take::Refused(wait) => {
                self.refused_until = Some(asked_at.plus(wait));
                self.left = 0;
            }
        }
    }

    /// Whether the share holds no useful information any more, so that it can be dropped.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.rate.bucket(now) > self.bucket && self.refusal(now).is_none()
    }

    /// Moves on to the bucket of `now`, for which nothing is granted yet. Returns whether the bucket
    /// changed. If the clock was set back, nothing changes.
    fn advance(&mut self, now: Timestamp) -> bool {
        let bucket = self.rate.bucket(now);
        let is_new = bucket > self.bucket;
        if is_new {
            self.bucket = bucket;
            self.held = 0;
        }
        is_new
    }

    fn refusal(&self, now: Timestamp) -> Option<Duration> {
        let until = self.refused_until?;
        (now < until).then(|| until.since(now))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::access::rate::{Grant, RateWindow};

    const FORTY_A_MINUTE: Rate = Rate {
        limit: 40,
        window: Duration::from_mins(1),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn granted(count: u32, left: u32) -> Take {
        Take::Granted(Grant { count, left })
    }

    #[test]
    fn a_share_is_spent_call_by_call_and_asked_for_again_when_it_is_half_spent() {
        let mut share = Share::new(FORTY_A_MINUTE);
        assert_eq!(share.spend(at(0)), Spend::First);
        assert_eq!(
            share.spend(at(0)),
            Spend::Empty,
            "only the first call is on credit"
        );
        share.note(granted(4, 36), 1, at(0));
        for (remaining, low) in [(38, false), (37, true), (36, true)] {
            assert_eq!(share.spend(at(59)), Spend::Spent { remaining, low });
        }
        assert_eq!(share.spend(at(59)), Spend::Empty);
    }

    #[test]
    fn a_share_ends_with_its_bucket() {
        let mut share = Share::new(FORTY_A_MINUTE);
        share.note(granted(2, 38), 0, at(59));
        assert!(!share.is_over(at(59)) && share.is_over(at(60)));
        assert_eq!(share.spend(at(60)), Spend::First);
        share.note(granted(2, 36), 0, at(59));
        assert_eq!(
            share.spend(at(60)),
            Spend::Empty,
            "the answer came too late"
        );
    }

    #[test]
    fn a_refusal_is_remembered_while_it_holds_and_ends_all_credit() {
        let mut share = Share::new(FORTY_A_MINUTE);
        share.note(granted(1, 0), 0, at(50));
        share.note(Take::Refused(Duration::from_secs(15)), 0, at(50));
        assert_eq!(
            share.spend(at(50)),
            Spend::Spent {
                remaining: 0,
                low: false
            }
        );
        for (now, wait) in [(50, 15), (60, 5), (64, 1)] {
            let wait = Duration::from_secs(wait);
            assert_eq!(share.spend(at(now)), Spend::Refused(wait));
            assert!(!share.is_over(at(now)));
        }
        assert_eq!(share.spend(at(65)), Spend::Empty);
        assert_eq!(share.spend(at(120)), Spend::Empty);
        share.note(granted(2, 1), 1, at(120));
        assert_eq!(share.spend(at(180)), Spend::First);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_second_credit() {
        let mut share = Share::new(FORTY_A_MINUTE);
        assert_eq!(share.spend(at(60)), Spend::First);
        assert_eq!(share.spend(at(59)), Spend::Empty);
        assert_eq!(share.spend(at(60)), Spend::Empty);
    }

    proptest! {
        /// Three nodes that spend at random times and request shares when they must or should.
        #[test]
        fn all_nodes_together_spend_no_more_than_the_limit_and_one_on_credit_each(
            limit in 1..90_u32,
            calls in proptest::collection::vec((0..3_usize, 0..900_000_i64), 1..600),
        ) {
            let rate = Rate { limit, ..FORTY_A_MINUTE };
            let mut window = RateWindow::default();
            let mut nodes = [Share::new(rate); 3];
            let (mut now, mut spent, mut credit) = (at(30), BTreeMap::new(), BTreeMap::new());
            for (node, later) in calls {
                now = now.plus(Duration::from_micros(later.unsigned_abs()));
                let share = &mut nodes[node];
                let mut ask = |share: &mut Share, used| {
                    let (next, take) = rate.take(window, rate.share(), now);
                    window = next;
                    share.note(take, used, now);
                    matches!(take, Take::Granted(_))
                };
                let goes = match share.spend(now) {
                    Spend::Spent { low, .. } => {
                        if low {
                            ask(share, 0);
                        }
                        true
                    }
                    Spend::Refused(wait) => {
                        prop_assert!(wait > Duration::ZERO);
                        false
                    }
                    Spend::First => {
                        if !ask(share, 1) {
                            *credit.entry(rate.bucket(now)).or_insert(0) += 1;
                        }
                        true
                    }
                    Spend::Empty => ask(share, 1),
                };
                *spent.entry(rate.bucket(now)).or_insert(0) += u32::from(goes);
            }
            for (bucket, spent) in spent {
                let credit = credit.get(&bucket).copied().unwrap_or(0);
                prop_assert!(credit <= 3 && spent <= limit + credit, "{spent} of {limit}");
            }
        }
    }
}
