//! The data of a store after it was closed and opened again.

use std::sync::mpsc;

use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{KeyQuery, ValidateQuery};

use crate::contracts::store::committing::{committed, refused};
use crate::contracts::store::counting::{counted, counting};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::outbox::delivery_claim::{LEASE, claim, with_deliveries};
use crate::contracts::store::reopen::Reopen;
use crate::contracts::store::written::{assert_written, everything};
use crate::fixtures::Shop;

/// A reopened store has every row of every acknowledged commit.
pub fn what_was_acknowledged_is_there_after_reopening(place: &dyn Reopen) {
    let first = everything(&Shop::new("first"));
    committed(&Nodes::one(&*place.open()), first.clone());
    let second = everything(&Shop::new("second"));
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    assert_written(store, &first);
    committed(store, second.clone());
    drop(opened);
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    assert_written(store, &first);
    assert_written(store, &second);
}

/// Closing a store answers every submitted commit, and the store has what the answer says.
pub fn what_was_submitted_is_settled_by_closing(place: &dyn Reopen) {
    let batch: Vec<_> = (0..50)
        .map(|i| everything(&Shop::new(&format!("shop-{i}"))))
        .collect();
    let (send, outcomes) = mpsc::channel();
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    for (i, changes) in batch.iter().enumerate() {
        let send = send.clone();
        let done = move |outcome| send.send((i, outcome)).expect("the test waits");
        store.submit(changes.clone(), Box::new(done));
    }
    drop((send, opened));
    let outcomes: Vec<_> = outcomes.into_iter().collect();
    assert_eq!(outcomes.len(), batch.len(), "each is answered");
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    for (i, outcome) in outcomes {
        outcome.expect("a close finishes what was handed over");
        assert_written(store, &batch[i]);
    }
}

/// Guards of a reopened store check against the rows of before.
pub fn guards_hold_after_reopening(place: &dyn Reopen) {
    let shop = Shop::new("acme");
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    committed(store, shop.foundation());
    committed(store, counting(&shop, 2, Some(2)));
    drop(opened);
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    assert_eq!(
        refused(store, shop.foundation()),
        Refusal::Exists(Row::Tenant(shop.tenant.id.clone()))
    );
    assert!(matches!(
        refused(store, counting(&shop, 1, Some(2))),
        Refusal::Full { .. }
    ));
    assert_eq!(counted(store, &shop), 2);
}

/// A signature that has validated, or was used up by a commit, is not fresh after reopening.
pub fn a_signature_is_not_fresh_after_reopening(place: &dyn Reopen) {
    let shop = Shop::new("acme");
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    committed(store, shop.foundation());
    let license = shop.sold(store).license;
    let api_key = shop.api_key();
    let (validated, committed_with, fresh) = (
        shop.nonce(&api_key),
        shop.nonce(&api_key),
        shop.nonce(&api_key),
    );
    let query = |nonce: &Nonce| ValidateQuery {
        nonce: Some(nonce.clone()),
        key: KeyQuery {
            tenant: shop.tenant.id.clone(),
            product: shop.product.id.clone(),
            mode: shop.mode,
            hashes: vec![license.key_hash],
        },
    };
    let is_fresh = |store: &Nodes<'_>, nonce: &Nonce| {
        let read = store.validate(query(nonce)).expect("the store answers");
        read.fresh
    };
    assert!(is_fresh(store, &validated));
    let mut changes = shop.changes();
    changes.nonces.push(committed_with.clone());
    committed(store, changes);
    drop(opened);
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    for (nonce, expected) in [
        (&validated, false),
        (&committed_with, false),
        (&fresh, true),
    ] {
        assert_eq!(is_fresh(store, nonce), expected);
    }
}

/// A lease continues and ends while the store is closed.
pub fn a_lease_outlives_its_holder(place: &dyn Reopen) {
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    let (shop, written) = with_deliveries(store, "acme", 1);
    assert_eq!(claim(store, shop.now(), 1, 1).len(), 1);
    drop(opened);
    let opened = place.open();
    let store = &Nodes::one(&*opened);
    let claimed = |now| -> Vec<_> {
        claim(store, now, 1, 1)
            .into_iter()
            .map(|it| (it.delivery.id, it.delivery.attempts))
            .collect()
    };
    assert!(claimed(shop.now()).is_empty());
    assert_eq!(
        claimed(shop.now().plus(LEASE)),
        [(written[0].id.clone(), 2)]
    );
}
