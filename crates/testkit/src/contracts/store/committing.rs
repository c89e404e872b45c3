//! Commits with an expected outcome.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::CommitError;

use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Commits changes that no guard refuses.
#[track_caller]
pub(super) fn committed(store: &Nodes<'_>, changes: Changes) -> Receipt {
    store.commit(changes).expect("no guard refuses the commit")
}

/// Commits changes that a guard refuses, and returns the refusal.
#[track_caller]
pub(super) fn refused(store: &Nodes<'_>, changes: Changes) -> Refusal {
    match store.commit(changes) {
        Err(CommitError::Refused(refusal)) => refusal,
        other => panic!("a guard must refuse the commit: {other:?}"),
    }
}

/// Changes of a shop that the closure fills.
pub(super) fn changing(shop: &Shop, fill: impl FnOnce(&mut Changes)) -> Changes {
    let mut changes = shop.changes();
    fill(&mut changes);
    changes
}
