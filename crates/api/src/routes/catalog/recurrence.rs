//! How a new key type recurs.

use mintage_domain::base::change::Change;
use mintage_domain::model::licenses::recurrence::{
    InvalidRecurrence, Recurrence, RecurrenceChange,
};
use mintage_runtime::problem::recurrence_field;

use crate::json::Faults;
use crate::schema;

/// The fields of a recurrence, as they were sent.
pub(super) type RecurrenceFields = (
    Option<schema::Interval>,
    Option<schema::IntervalCount>,
    Option<schema::TrialDays>,
    Option<schema::GraceDays>,
);

/// Reads the fields of a recurrence. A recurring key type has no duration.
pub(super) fn recurrence(
    (interval, count, trial_days, grace_days): RecurrenceFields,
    has_duration: bool,
) -> Result<Option<Recurrence>, Faults> {
    let change = RecurrenceChange {
        interval: interval.map_or(Change::Keep, |it| Change::Set(it.0)),
        count: count.map_or(Change::Keep, |it| Change::Set(it.0)),
        trial_days: trial_days.map_or(Change::Keep, |it| Change::Set(it.0)),
        grace_days: grace_days.map_or(Change::Keep, |it| Change::Set(it.0)),
    };
    let recurrence = match change.apply(None) {
        Ok(Some(_)) if has_duration => Err(InvalidRecurrence::WithDuration),
        recurrence => recurrence,
    };
    recurrence.map_err(|error| Faults::one(recurrence_field(error), error))
}
