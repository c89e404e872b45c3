//! Commits are written whole or not at all, and a refused commit affects no other.

use std::sync::mpsc;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::ports::CommitError;

use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::counting::{counted, counting};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::written::{assert_absent, assert_written, everything};
use crate::fixtures::Shop;

/// Reads that start after a commit returned find every row of the commit.
pub fn what_was_acknowledged_is_read(store: &Nodes<'_>) {
    let changes = everything(&Shop::new("acme"));
    committed(store, changes.clone());
    assert_written(store, &changes);
}

/// A commit that one guard refuses writes nothing, whichever guard it is.
pub fn a_refused_commit_writes_nothing(store: &Nodes<'_>) {
    let known = Shop::opened(store, "known");
    committed(store, counting(&known, 1, Some(1)));
    let refusing = [
        changing(&known, |it| {
            it.tenants.push(Write::changed(known.tenant.clone()));
        }),
        changing(&known, |it| {
            let mut order = known.order();
            order.version = 7;
            it.orders.push(Write::changed(order));
        }),
        counting(&known, 1, Some(1)),
    ];
    for (i, guard) in refusing.into_iter().enumerate() {
        let shop = Shop::new(&format!("shop-{i}"));
        let hoped = everything(&shop);
        let mut changes = hoped.clone();
        changes.absorb(guard);
        refused(store, changes);
        assert_absent(store, &hoped);
        assert_eq!(counted(store, &shop), 0, "the counter was not touched");
    }
    assert_eq!(counted(store, &known), 1);
}

/// A refused commit leaves existing rows unchanged.
pub fn a_refused_commit_changes_no_row(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let written = everything(&Shop::new("other"));
    committed(store, written.clone());
    let mut changes = shop.foundation();
    for put in &written.orders {
        let mut order = put.value.clone();
        order.buyer = Some(shop.tenant.email.clone());
        changes.orders.push(Write::changed(order));
    }
    for put in &written.licenses {
        let mut license = put.value.clone();
        license.activation_limit += 1;
        changes.licenses.push(Write::changed(license));
    }
    assert_eq!(
        refused(store, changes),
        Refusal::Exists(Row::Tenant(shop.tenant.id.clone()))
    );
    assert_written(store, &written);
}

/// Of many commits submitted at once, the refused ones write nothing and all others are written
/// whole.
pub fn a_refused_neighbour_disturbs_nobody(store: &Nodes<'_>) {
    let first = everything(&Shop::new("taken"));
    committed(store, first.clone());
    let batch: Vec<(bool, Changes)> = (0..40)
        .map(|i| {
            let mut changes = everything(&Shop::new(&format!("shop-{i}")));
            let fine = i % 2 == 0;
            if !fine {
                changes.absorb(first.clone());
            }
            (fine, changes)
        })
        .collect();
    let (send, outcomes) = mpsc::channel();
    for (i, (_, changes)) in batch.iter().enumerate() {
        let send = send.clone();
        let done = move |outcome| send.send((i, outcome)).expect("the test waits");
        store.submit(changes.clone(), Box::new(done));
    }
    drop(send);
    let mut answered = 0;
    for (i, outcome) in outcomes {
        answered += 1;
        let (fine, changes) = &batch[i];
        match outcome {
            Ok(_) => assert!(fine, "{i} had to be refused"),
            Err(CommitError::Refused(_)) => assert!(!fine, "{i} had to be committed"),
            Err(CommitError::Store(error)) => panic!("{i}: {error}"),
        }
        if *fine {
            assert_written(store, changes);
        }
    }
    assert_eq!(answered, batch.len(), "each is answered once");
    for (_, changes) in batch.iter().filter(|(fine, _)| !fine) {
        let own = store.tenant(&changes.tenants[0].value.id);
        assert_eq!(own.expect("the store answers"), None);
    }
    assert_written(store, &first);
}

/// Of equal commits submitted at once, one is written and the others are refused because the rows
/// exist.
pub fn of_equal_commits_one_is_written(store: &Nodes<'_>) {
    let changes = everything(&Shop::new("acme"));
    let (send, outcomes) = mpsc::channel();
    for _ in 0..20 {
        let send = send.clone();
        let done = move |outcome| send.send(outcome).expect("the test waits");
        store.submit(changes.clone(), Box::new(done));
    }
    drop(send);
    let mut written = 0;
    let mut existed = 0;
    for outcome in outcomes {
        match outcome {
            Ok(_) => written += 1,
            Err(CommitError::Refused(Refusal::Exists(_))) => existed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((written, existed), (1, 19));
    assert_written(store, &changes);
}

/// A commit of [`Changes::MAX_FACTS`] facts is written; with one more fact, nothing is written.
pub fn a_commit_of_too_many_facts_is_refused(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let of_size = |size: usize| {
        changing(&shop, |it| {
            it.audit = (0..size).map(|_| shop.audit_entry()).collect();
        })
    };
    let most = of_size(Changes::MAX_FACTS);
    committed(store, most);
    let mut above = everything(&Shop::new("other"));
    above.absorb(of_size(Changes::MAX_FACTS + 1 - above.len()));
    assert_eq!(refused(store, above.clone()), Refusal::TooLarge);
    let tenant = store.tenant(&above.tenants[0].value.id);
    assert_eq!(tenant.expect("the store answers"), None);
}

/// A commit without facts succeeds.
pub fn an_empty_commit_succeeds(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    let receipt = committed(store, shop.changes());
    assert!(receipt.customers.is_empty() && receipt.counters.is_empty());
}
