//! Commits that a case expects to be committed or refused.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::CommitError;

use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Commits what must be committed.
#[track_caller]
pub(super) fn committed(store: &Nodes<'_>, changes: Changes) -> Receipt {
    store.commit(changes).expect("no guard stands against it")
}

/// Commits what must be refused.
#[track_caller]
pub(super) fn refused(store: &Nodes<'_>, changes: Changes) -> Refusal {
    match store.commit(changes) {
        Err(CommitError::Refused(refusal)) => refusal,
        other => panic!("a guard stands against it, yet: {other:?}"),
    }
}

/// Changes of one part.
pub(super) fn changing(shop: &Shop, fill: impl FnOnce(&mut Changes)) -> Changes {
    let mut changes = shop.changes();
    fill(&mut changes);
    changes
}
