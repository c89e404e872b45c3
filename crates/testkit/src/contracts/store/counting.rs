//! The counter that the cases use: the number of a tenant's products.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// The changes that add to the counter of a shop.
pub(super) fn counting(shop: &Shop, add: i64, cap: Option<i64>) -> Changes {
    let counter = Counter::Products(shop.tenant.id.clone());
    changing(shop, |it| it.counters.push(Count { counter, add, cap }))
}

/// The value of the counter of a shop.
#[track_caller]
pub(super) fn counted(store: &Nodes<'_>, shop: &Shop) -> i64 {
    let receipt = committed(store, counting(shop, 0, None));
    receipt.counters[&Counter::Products(shop.tenant.id.clone())]
}
