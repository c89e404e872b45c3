//! The writers of the node: each commits the changes of its share of the tenants.

use std::hash::{DefaultHasher, Hash, Hasher};

use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::ports::{CommitDone, StoreError};
use mintage_sql::worker::Held;

use crate::connection::Line;
use crate::writer::Writing;

/// One or more writers. All changes of a tenant have the same writer, so that no two writers wait for one
/// another's locks on the counters and customers of a tenant. Which writer commits something has no
/// bearing on correctness: writers guard their rows against one another as the nodes do.
pub(crate) struct Writers {
    first: Writing,
    others: Vec<Writing>,
}

impl Writers {
    /// The writers of a node, of which there is at least one.
    pub(crate) fn new(first: Writing, others: Vec<Writing>) -> Self {
        Self { first, others }
    }

    /// Hands changes to the writer of their tenant.
    pub(crate) fn submit(&self, changes: Changes, done: CommitDone) {
        self.of(tenant_of(&changes)).submit(changes, done);
    }

    /// Whether each writer reaches the database.
    pub(crate) fn ask(
        &self,
        answers: fn(&mut Line) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.all()
            .try_for_each(|writer| writer.ask(move |writer| answers(writer.line()))?)
    }

    /// How many batches and how many changes were committed.
    pub(crate) fn work(&self) -> (u64, u64) {
        self.all().fold((0, 0), |(batches, changes), writer| {
            let work = writer.work();
            (
                batches.saturating_add(work.batches()),
                changes.saturating_add(work.questions()),
            )
        })
    }

    /// Keeps all writers still until the guards are dropped.
    pub(crate) fn hold(&self) -> Vec<Held> {
        self.all().map(Writing::hold).collect()
    }

    /// All writers.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Writing> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn of(&self, tenant: Option<&TenantId>) -> &Writing {
        let count = u64::try_from(self.others.len())
            .unwrap_or(0)
            .saturating_add(1);
        let share = tenant.map_or(0, hash) % count;
        let other = usize::try_from(share).ok().and_then(|n| n.checked_sub(1));
        other
            .and_then(|n| self.others.get(n))
            .unwrap_or(&self.first)
    }
}

fn hash(tenant: &TenantId) -> u64 {
    let mut hasher = DefaultHasher::new();
    tenant.hash(&mut hasher);
    hasher.finish()
}

/// The tenant whose rows these changes touch; `None` if no row that many tenants' changes have names one.
fn tenant_of(changes: &Changes) -> Option<&TenantId> {
    let licenses = changes.licenses.iter().map(|it| &it.value.tenant);
    let orders = changes.orders.iter().map(|it| &it.value.tenant);
    let activations = changes.activations.iter().map(|it| &it.value.tenant);
    let deliveries = changes.deliveries.iter().map(|it| &it.value.tenant);
    let mails = changes.mails.iter().map(|it| &it.value.tenant);
    let audit = changes.audit.iter().map(|it| &it.tenant);
    licenses
        .chain(orders)
        .chain(activations)
        .chain(deliveries)
        .chain(mails)
        .chain(audit)
        .next()
}
