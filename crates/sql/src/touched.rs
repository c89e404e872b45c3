//! The rows and counters that a batch touches.

use std::collections::{BTreeMap, BTreeSet};

use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Expected;

/// The rows and counters that a batch touches.
#[derive(Debug, Default)]
pub struct Touched {
    versioned: BTreeSet<Row>,
    new: BTreeSet<Row>,
    added: BTreeMap<Counter, i64>,
    tenants_with_events: BTreeSet<TenantId>,
}

impl Touched {
    /// What a batch touches.
    pub fn of(batch: &[Changes]) -> Self {
        let mut touched = Self::default();
        for changes in batch {
            let tenants = changes.tenants_with_events();
            touched.tenants_with_events.extend(tenants.cloned());
            for (row, expected) in changes.guards() {
                match expected {
                    Expected::New => touched.new.insert(row),
                    Expected::Version(_) => touched.versioned.insert(row),
                };
            }
            for count in changes.counts() {
                let added = touched.added.entry(count.counter.clone()).or_default();
                *added = added.saturating_add(count.add);
            }
        }
        touched
    }

    /// The rows that some caller expects in a version.
    pub fn versioned(&self) -> impl Iterator<Item = &Row> {
        self.versioned.iter()
    }

    /// The rows that some caller expects to be new.
    pub fn new_rows(&self) -> impl Iterator<Item = &Row> {
        self.new.iter()
    }

    /// The tenants with new events, whose endpoints the batch must know.
    pub fn tenants_with_events(&self) -> &BTreeSet<TenantId> {
        &self.tenants_with_events
    }

    /// What all callers together add to each counter.
    pub fn added(&self) -> &BTreeMap<Counter, i64> {
        &self.added
    }
}
