//! What the cases about pruning share.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::retention::Prunable;

use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

pub(super) const DAY: Duration = Duration::from_hours(24);

/// The times of a case: what is old enough, the cut-off, and what is not old enough.
pub(super) struct Times {
    pub(super) old: Timestamp,
    pub(super) cut_off: Timestamp,
    pub(super) young: Timestamp,
}

pub(super) fn times(shop: &Shop) -> Times {
    let old = shop.now();
    let cut_off = old.plus(DAY);
    Times {
        old,
        cut_off,
        young: Timestamp::from_micros(cut_off.as_micros() + 1),
    }
}

/// Prunes a kind and asserts that so many rows were due: they are counted first, and are gone after.
#[track_caller]
pub(super) fn prunes(store: &Nodes<'_>, kind: Prunable, until: Timestamp, due: usize) {
    let counted = u64::try_from(due).expect("a small number");
    for time in ["first", "again, since counting deletes nothing"] {
        let count = store.count_prunable(kind, until);
        assert_eq!(count, Ok(counted), "{kind} are counted {time}");
    }
    assert_eq!(store.prune(kind, until), Ok(due), "{kind}");
    assert_eq!(store.count_prunable(kind, until), Ok(0), "{kind} are gone");
    assert_eq!(store.prune(kind, until), Ok(0), "{kind} are gone");
}
