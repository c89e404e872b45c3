//! The store under test: one store, or several stores on the same data.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

use mintage_domain::commit::changes::Changes;
use mintage_domain::ports::{Commit, CommitDone, Store};

/// Stores that are open on the same data at the same time. Each call goes to the next store.
///
/// `Nodes` dereferences to the next store, so a case can call the methods of every port and no port
/// is listed here.
pub struct Nodes<'a> {
    nodes: Vec<&'a dyn Store>,
    calls: AtomicUsize,
}

impl<'a> Nodes<'a> {
    /// One store, which gets every call.
    pub fn one(store: &'a dyn Store) -> Self {
        Self::new([store])
    }

    /// Several stores, which get the calls in turn. Panics if there are none.
    pub fn new(nodes: impl IntoIterator<Item = &'a dyn Store>) -> Self {
        let nodes: Vec<_> = nodes.into_iter().collect();
        assert!(!nodes.is_empty(), "there is at least one node");
        Self {
            nodes,
            calls: AtomicUsize::new(0),
        }
    }
}

impl<'a> Deref for Nodes<'a> {
    type Target = dyn Store + 'a;

    fn deref(&self) -> &Self::Target {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        self.nodes[call % self.nodes.len()]
    }
}

/// The fixtures commit through this port.
impl Commit for Nodes<'_> {
    fn submit(&self, changes: Changes, done: CommitDone) {
        (**self).submit(changes, done);
    }
}

#[cfg(test)]
mod tests {
    use super::Nodes;
    use crate::fixtures::Shop;
    use crate::memory_store::MemoryStore;

    #[test]
    fn calls_go_to_each_node_in_turn() {
        let (empty, filled) = (MemoryStore::new(), MemoryStore::new());
        let shop = Shop::opened(&filled, "acme");
        let nodes = Nodes::new([&empty as &dyn mintage_domain::ports::Store, &filled]);
        let found = [(); 4].map(|()| nodes.tenant(&shop.tenant.id).is_ok_and(|it| it.is_some()));
        assert_eq!(found, [false, true, false, true]);
    }
}
