//! The three guards (unique, expected version, bounded counter), and the one function that checks them.
//!
//! A store loads the versions and counters that a batch of [`Changes`] touches into [`Facts`], under
//! its locks. [`check_guards`] decides which changes may be committed, and the store writes those
//! whole. So every store refuses the same changes for the same reasons.

use std::collections::{BTreeSet, HashMap};

use crate::commit::changes::Changes;
use crate::commit::counter::Counter;
use crate::commit::fan_out::Subscribers;
use crate::commit::row::Row;
use crate::commit::write::Expected;

/// Why a commit was refused. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A row that had to be new exists.
    #[error("exists already: {0:?}")]
    Exists(Row),
    /// A row is not in the version that was read.
    #[error("has changed meanwhile: {0:?}")]
    Stale(Row),
    /// A counter would pass its cap.
    #[error("is full at {cap}: {counter:?}")]
    Full {
        /// The counter.
        counter: Counter,
        /// The cap of the refused changes.
        cap: i64,
    },
    /// More than [`Changes::MAX_FACTS`] facts.
    #[error("too many facts in one commit")]
    TooLarge,
}

impl Refusal {
    /// Whether a used signature was the reason; deciding again cannot succeed.
    pub fn is_replay(&self) -> bool {
        matches!(self, Self::Exists(Row::Nonce(..)))
    }
}

/// The versions and counters in a store that a batch touches. A row without a version of its own is
/// in version 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The version of each row that exists.
    pub versions: HashMap<Row, u64>,
    /// The value of each counter that was ever touched.
    pub counters: HashMap<Counter, i64>,
    /// The endpoints of the tenants with new events. No guard looks at them.
    pub subscribers: Subscribers,
}

/// All rows and counters that a batch touches, each once, in an order that is the same for every
/// caller: what a store locks, it locks in this order.
pub fn touched<'a>(
    batch: impl IntoIterator<Item = &'a Changes>,
) -> (BTreeSet<Row>, BTreeSet<Counter>) {
    let mut rows = BTreeSet::new();
    let mut counters = BTreeSet::new();
    for changes in batch {
        rows.extend(changes.guards().into_iter().map(|(row, _)| row));
        counters.extend(changes.counts().map(|count| count.counter.clone()));
    }
    (rows, counters)
}

/// Checks each set of changes of a batch in turn. Each sees the effects of those before it, and one
/// that is refused has no effect on those after it.
pub fn check_guards<'a>(
    batch: impl IntoIterator<Item = &'a Changes>,
    mut facts: Facts,
) -> Vec<Result<HashMap<Counter, i64>, Refusal>> {
    batch
        .into_iter()
        .map(|changes| facts.admit(changes))
        .collect()
}

impl Facts {
    /// Checks one set of changes. If its guards hold, applies the changes to these facts and returns
    /// the values of its counters; otherwise changes nothing.
    pub fn admit(&mut self, changes: &Changes) -> Result<HashMap<Counter, i64>, Refusal> {
        if changes.len() > Changes::MAX_FACTS {
            return Err(Refusal::TooLarge);
        }
        let mut versions: HashMap<Row, u64> = HashMap::new();
        for (row, expected) in changes.guards() {
            if versions.contains_key(&row) {
                return Err(Refusal::Stale(row));
            }
            let next = match (expected, self.versions.get(&row)) {
                (Expected::New, None) => 1,
                (Expected::New, Some(_)) => return Err(Refusal::Exists(row)),
                (Expected::Version(read), Some(now)) if read == *now => read.saturating_add(1),
                (Expected::Version(_), _) => return Err(Refusal::Stale(row)),
            };
            versions.insert(row, next);
        }
        let mut counters: HashMap<Counter, i64> = HashMap::new();
        for count in changes.counts() {
            let before = counters
                .get(&count.counter)
                .or_else(|| self.counters.get(&count.counter))
                .copied()
                .unwrap_or(0);
            let after = before.saturating_add(count.add);
            if let Some(cap) = count.cap.filter(|cap| count.add > 0 && after > *cap) {
                let counter = count.counter.clone();
                return Err(Refusal::Full { counter, cap });
            }
            counters.insert(count.counter.clone(), after);
        }
        self.versions.extend(versions);
        self.counters.extend(counters.clone());
        Ok(counters)
    }
}

#[cfg(test)]
mod tests;
