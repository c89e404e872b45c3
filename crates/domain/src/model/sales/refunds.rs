//! The refunds of one payment, by Stripe's ids.
//!
//! Stripe reports refunds in two ways: each refund by its id and status, and the total of a charge
//! without ids. Both arrive late, repeatedly and in any order, so this is a set of reports, and the
//! refunded total is a function of the set.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::id::RefundId;
use crate::base::time::Timestamp;

/// What Stripe has reported about the refunds of one payment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refunds {
    /// The totals of the charge, each with the Unix second of its report.
    totals: BTreeSet<(i64, i64)>,
    refunds: BTreeMap<RefundId, Refund>,
}

/// A refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Refund {
    amount: i64,
    /// The Unix second of the first report that the refund failed or was cancelled.
    failed_at: Option<i64>,
}

/// The most totals and the most refunds that are kept of a payment.
const MAX_REPORTS: usize = 100;

/// How long after the failure of a refund a total may still contain that refund.
const REPORT_DELAY: Duration = Duration::from_hours(1);

impl Refunds {
    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.totals.is_empty() && self.refunds.is_empty()
    }

    /// Records the refunded total of the charge at an instant. Of too many, the largest are kept, in
    /// whatever order they arrive. Returns whether anything changed.
    pub fn report_total(&mut self, at: Timestamp, total: i64) -> bool {
        let report = (at.unix_seconds(), total);
        let is_new = self.totals.insert(report);
        if self.totals.len() > MAX_REPORTS {
            let least = self.totals.iter().min_by_key(|(at, total)| (*total, *at));
            if let Some(least) = least.copied() {
                self.totals.remove(&least);
            }
        }
        is_new && self.totals.contains(&report)
    }

    /// Records a refund, and when it failed if it did. A refund that failed has failed for good.
    /// Returns whether anything changed.
    pub fn report(&mut self, id: RefundId, amount: i64, failed_at: Option<Timestamp>) -> bool {
        let known = self.refunds.get(&id).copied();
        if known.is_none() && self.refunds.len() >= MAX_REPORTS {
            return false;
        }
        let failed_at = failed_at.map(Timestamp::unix_seconds);
        let merged = Refund {
            amount: known.map_or(amount, |known| known.amount.max(amount)),
            failed_at: known
                .and_then(|known| known.failed_at)
                .into_iter()
                .chain(failed_at)
                .min(),
        };
        self.refunds.insert(id, merged) != Some(merged)
    }

    /// Whether a refund was reported by this id.
    pub fn contains(&self, id: &RefundId) -> bool {
        self.refunds.contains_key(id)
    }

    /// The refunded total in minor units: the refunds that stand by their ids, or what the charge
    /// reported less what failed afterwards, whichever is more.
    pub fn total(&self) -> i64 {
        let standing = self.refunds.values().filter(|it| it.failed_at.is_none());
        let standing = sum(standing.map(|it| it.amount));
        let reported = self.totals.iter().map(|(at, total)| {
            let delay = i64::try_from(REPORT_DELAY.as_secs()).unwrap_or_default();
            let contained = self.refunds.values().filter(|refund| {
                let failed_at = refund.failed_at;
                failed_at.is_some_and(|failed_at| *at <= failed_at.saturating_add(delay))
            });
            total.saturating_sub(sum(contained.map(|it| it.amount)))
        });
        reported.fold(standing, i64::max)
    }
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Report {
        Total(i64, i64),
        Refund(u8, i64),
        Failed(u8, i64, i64),
    }

    fn second(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn after(reports: &[Report]) -> Refunds {
        let id = |n: &u8| RefundId::parse(&format!("re_{n}")).unwrap();
        let mut refunds = Refunds::default();
        for report in reports {
            match report {
                Report::Total(at, total) => refunds.report_total(second(*at), *total),
                Report::Refund(n, amount) => refunds.report(id(n), *amount, None),
                Report::Failed(n, amount, at) => refunds.report(id(n), *amount, Some(second(*at))),
            };
        }
        refunds
    }

    #[test]
    fn reports_come_to_their_total() {
        use Report::{Failed, Refund, Total};
        const DAY: i64 = 86_400;
        for (reports, total) in [
            (vec![], 0),
            (vec![Total(0, 500), Total(9, 2_900)], 2_900),
            (vec![Refund(1, 500), Refund(2, 400)], 900),
            (vec![Refund(1, 500), Total(0, 500)], 500),
            (vec![Total(0, 2_900), Failed(1, 2_900, DAY)], 0),
            (vec![Total(0, 2_900), Failed(1, 2_900, 0)], 0),
            (
                vec![Total(0, 500), Total(1, 2_900), Failed(2, 2_400, DAY)],
                500,
            ),
            // A second refund after the first one failed, known by its total or by its id.
            (
                vec![
                    Total(0, 2_900),
                    Failed(1, 2_900, DAY),
                    Total(2 * DAY, 2_900),
                ],
                2_900,
            ),
            (
                vec![Total(0, 2_900), Failed(1, 2_900, DAY), Refund(2, 2_900)],
                2_900,
            ),
            (vec![Failed(1, 2_900, 0), Refund(1, 2_900)], 0),
        ] {
            assert_eq!(after(&reports).total(), total, "{reports:?}");
        }
    }

    #[test]
    fn no_more_than_a_hundred_reports_are_kept() {
        let refunds = (0..200_u8).map(|n| Report::Refund(n, 1));
        let totals = (0..200).map(|n| Report::Total(n, 1));
        let reports: Vec<_> = refunds.chain(totals).collect();
        let kept = after(&reports);
        assert_eq!((kept.total(), kept.totals.len()), (100, MAX_REPORTS));
    }

    #[test]
    fn the_largest_totals_are_kept_in_whatever_order_they_arrive() {
        let growing: Vec<_> = (1..=200).map(|n| Report::Total(n, n)).collect();
        let falling: Vec<_> = growing.iter().rev().copied().collect();
        let kept = after(&growing);
        assert_eq!((kept.total(), kept.totals.len()), (200, MAX_REPORTS));
        assert_eq!(after(&falling), kept);
    }

    fn any_report() -> impl Strategy<Value = Report> {
        prop_oneof![
            (0..9_000_i64, 0..3_000_i64).prop_map(|(at, total)| Report::Total(at, total)),
            (0..4_u8, 0..3_000_i64).prop_map(|(n, amount)| Report::Refund(n, amount)),
            (0..4_u8, 0..3_000_i64, 0..9_000_i64)
                .prop_map(|(n, amount, at)| Report::Failed(n, amount, at)),
        ]
    }

    proptest! {
        #[test]
        fn reports_in_any_order_and_repeated_end_the_same(
            (reports, other) in proptest::collection::vec(any_report(), 0..10)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let twice: Vec<_> = reports.iter().chain(&other).copied().collect();
            prop_assert_eq!(after(&reports), after(&other));
            prop_assert_eq!(after(&reports), after(&twice));
        }

        #[test]
        fn a_total_is_never_negative(reports in proptest::collection::vec(any_report(), 0..10)) {
            prop_assert!(after(&reports).total() >= 0);
        }
    }
}
