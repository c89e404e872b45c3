//! What makes a key type recurring: how often it is paid, its trial and its grace.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::change::Change;
use crate::base::text_enum::text_enum;

const DAY: u64 = 86_400;

text_enum! {
    /// The unit of a billing period.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Interval {
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A calendar month.
        Month = "month",
        /// A calendar year.
        Year = "year",
    }

    /// The text is not an interval.
    #[error("an interval is `day`, `week`, `month` or `year`")]
    pub struct UnknownInterval;
}

impl Interval {
    /// The most units in one billing period, which is three years.
    pub const fn max_count(self) -> u16 {
        match self {
            Self::Day => 1_095,
            Self::Week => 156,
            Self::Month => 36,
            Self::Year => 3,
        }
    }

    /// The length of the unit in seconds, on average over the calendar.
    const fn seconds(self) -> u64 {
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 2_629_746,
            Self::Year => 31_556_952,
        }
    }
}

/// How often a Stripe price is paid: every `count` intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Billing {
    /// The unit of the period.
    pub interval: Interval,
    /// The number of units in a period.
    pub count: u16,
}

/// How a key type recurs. It is copied into each order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recurrence {
    /// How often it is paid.
    pub billing: Billing,
    /// How many days are free before the first payment.
    pub trial_days: u16,
    /// How many days after a failed payment the license stays active.
    pub grace_days: u16,
}

/// Why values are not a recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidRecurrence {
    /// A count without an interval.
    #[error("is allowed only with interval")]
    CountWithoutInterval,
    /// Trial days without an interval.
    #[error("is allowed only with interval")]
    TrialWithoutInterval,
    /// Grace days without an interval.
    #[error("is allowed only with interval")]
    GraceWithoutInterval,
    /// The period is longer than three years, or has no unit.
    #[error("is a number from 1 to {0}, so that a period is at most 3 years")]
    Count(u16),
    /// The trial is longer than Stripe allows.
    #[error("is a number of days from 0 to 730")]
    Trial,
    /// The grace is too long.
    #[error("is a number of days from 0 to 90")]
    Grace,
    /// The key type has a duration too.
    #[error(
        "is not allowed with interval: a license of a recurring key type lasts as long as it is paid"
    )]
    WithDuration,
}

/// A change of a recurrence. All fields are kept by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecurrenceChange {
    /// The unit of the period; without one, the key type does not recur.
    pub interval: Change<Interval>,
    /// The number of units, 1 by default.
    pub count: Change<u16>,
    /// The free days, 0 by default.
    pub trial_days: Change<u16>,
    /// The days of grace, 7 by default.
    pub grace_days: Change<u16>,
}

impl Recurrence {
    /// The most days of a trial, which is Stripe's limit.
    pub const MAX_TRIAL_DAYS: u16 = 730;
    /// The most days of grace.
    pub const MAX_GRACE_DAYS: u16 = 90;
    /// The days of grace of a key type that sets none.
    pub const DEFAULT_GRACE_DAYS: u16 = 7;

    /// About how long the first period lasts: the trial if there is one, else a period. Stripe's own
    /// times take its place as soon as they are known.
    pub fn first_period(self) -> Duration {
        let seconds = match self.trial_days {
            0 => self
                .billing
                .interval
                .seconds()
                .saturating_mul(u64::from(self.billing.count)),
            days => u64::from(days).saturating_mul(DAY),
        };
        Duration::from_secs(seconds)
    }
}

impl RecurrenceChange {
    /// Whether nothing changes.
    pub fn is_keep(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the price at Stripe changes.
    pub fn concerns_stripe(&self) -> bool {
        !self.interval.is_keep() || !self.count.is_keep()
    }

    /// The recurrence after the change; `None` if the key type does not recur. A key type that stops
    /// recurring forgets its other values.
    pub fn apply(
        &self,
        before: Option<Recurrence>,
    ) -> Result<Option<Recurrence>, InvalidRecurrence> {
        let is_set = |change: &Change<u16>| matches!(change, Change::Set(_));
        let interval = self.interval.apply(before.map(|it| it.billing.interval));
        let Some(interval) = interval else {
            return match (
                is_set(&self.count),
                is_set(&self.trial_days),
                is_set(&self.grace_days),
            ) {
                (true, _, _) => Err(InvalidRecurrence::CountWithoutInterval),
                (_, true, _) => Err(InvalidRecurrence::TrialWithoutInterval),
                (_, _, true) => Err(InvalidRecurrence::GraceWithoutInterval),
                (false, false, false) => Ok(None),
            };
        };
        let count = self
            .count
            .apply(before.map(|it| it.billing.count))
            .unwrap_or(1);
        let trial_days = self.trial_days.apply(before.map(|it| it.trial_days));
        let grace_days = self.grace_days.apply(before.map(|it| it.grace_days));
        let recurrence = Recurrence {
            billing: Billing { interval, count },
            trial_days: trial_days.unwrap_or(0),
            grace_days: grace_days.unwrap_or(Recurrence::DEFAULT_GRACE_DAYS),
        };
        if count == 0 || count > interval.max_count() {
            Err(InvalidRecurrence::Count(interval.max_count()))
        } else if recurrence.trial_days > Recurrence::MAX_TRIAL_DAYS {
            Err(InvalidRecurrence::Trial)
        } else if recurrence.grace_days > Recurrence::MAX_GRACE_DAYS {
            Err(InvalidRecurrence::Grace)
        } else {
            Ok(Some(recurrence))
        }
    }
}

#[cfg(test)]
mod tests {
    use Change::{Clear, Keep, Set};
    use InvalidRecurrence::{
        Count, CountWithoutInterval, Grace, GraceWithoutInterval, Trial, TrialWithoutInterval,
    };

    use super::*;

    fn recurrence(interval: Interval, count: u16, trial_days: u16, grace_days: u16) -> Recurrence {
        Recurrence {
            billing: Billing { interval, count },
            trial_days,
            grace_days,
        }
    }

    fn change(
        interval: Change<Interval>,
        count: Change<u16>,
        trial_days: Change<u16>,
        grace_days: Change<u16>,
    ) -> RecurrenceChange {
        RecurrenceChange {
            interval,
            count,
            trial_days,
            grace_days,
        }
    }

    #[test]
    fn a_recurrence_changes_field_by_field() {
        use Interval::{Day, Month, Week, Year};
        let monthly = Some(recurrence(Month, 1, 0, 7));
        for (before, change, after) in [
            (None, change(Keep, Keep, Keep, Keep), Ok(None)),
            (None, change(Set(Month), Keep, Keep, Keep), Ok(monthly)),
            (
                None,
                change(Set(Year), Set(3), Set(730), Set(0)),
                Ok(Some(recurrence(Year, 3, 730, 0))),
            ),
            (None, change(Set(Year), Set(4), Keep, Keep), Err(Count(3))),
            (
                None,
                change(Set(Month), Set(37), Keep, Keep),
                Err(Count(36)),
            ),
            (
                None,
                change(Set(Week), Set(157), Keep, Keep),
                Err(Count(156)),
            ),
            (
                None,
                change(Set(Day), Set(1_096), Keep, Keep),
                Err(Count(1_095)),
            ),
            (
                None,
                change(Set(Day), Set(1_095), Keep, Keep),
                Ok(Some(recurrence(Day, 1_095, 0, 7))),
            ),
            (
                None,
                change(Set(Day), Set(0), Keep, Keep),
                Err(Count(1_095)),
            ),
            (None, change(Set(Day), Keep, Set(731), Keep), Err(Trial)),
            (None, change(Set(Day), Keep, Keep, Set(91)), Err(Grace)),
            (
                None,
                change(Keep, Set(1), Keep, Keep),
                Err(CountWithoutInterval),
            ),
            (
                None,
                change(Keep, Keep, Set(0), Keep),
                Err(TrialWithoutInterval),
            ),
            (
                None,
                change(Keep, Keep, Keep, Set(7)),
                Err(GraceWithoutInterval),
            ),
            (
                monthly,
                change(Keep, Set(2), Keep, Keep),
                Ok(Some(recurrence(Month, 2, 0, 7))),
            ),
            (monthly, change(Clear, Keep, Keep, Keep), Ok(None)),
            (
                monthly,
                change(Clear, Set(1), Keep, Keep),
                Err(CountWithoutInterval),
            ),
            (
                Some(recurrence(Month, 12, 9, 9)),
                change(Keep, Clear, Clear, Clear),
                Ok(monthly),
            ),
            (
                Some(recurrence(Month, 12, 0, 7)),
                change(Set(Year), Keep, Keep, Keep),
                Err(Count(3)),
            ),
        ] {
            assert_eq!(change.apply(before), after, "{before:?} {change:?}");
        }
    }

    #[test]
    fn the_first_period_is_the_trial_or_about_a_billing_period() {
        let days = |it: Recurrence| it.first_period().as_secs() / DAY;
        assert_eq!(days(recurrence(Interval::Month, 1, 14, 7)), 14);
        assert_eq!(days(recurrence(Interval::Month, 1, 0, 7)), 30);
        assert_eq!(days(recurrence(Interval::Week, 2, 0, 7)), 14);
        assert_eq!(days(recurrence(Interval::Year, 3, 0, 7)), 1_095);
    }

    #[test]
    fn travels_as_json() {
        let recurrence = recurrence(Interval::Month, 3, 14, 7);
        let json = r#"{"billing":{"interval":"month","count":3},"trial_days":14,"grace_days":7}"#;
        assert_eq!(
            serde_json::to_string(&recurrence).ok().as_deref(),
            Some(json)
        );
        assert_eq!(serde_json::from_str(json).ok(), Some(recurrence));
    }
}
