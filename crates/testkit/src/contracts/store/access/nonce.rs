//! Nonces: the first commit or validation that carries a signature uses it up.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::CommitError;

use crate::contracts::store::access::caller::caller;
use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{committed, refused};
use crate::contracts::store::counting::{counted, counting};
use crate::contracts::store::nodes::Nodes;

/// The first commit with a signature uses it up. Later commits with it are refused for that reason
/// before any other. A refused commit uses up no signature.
pub fn a_commit_uses_up_its_nonce(store: &Nodes<'_>) {
    let caller = caller(store);
    let nonce = caller.shop.nonce(&caller.api_key);
    let full = |changes: &Changes| {
        let mut changes = changes.clone();
        changes.absorb(counting(&caller.shop, 1, Some(0)));
        changes
    };
    let first = caller.minting(&nonce);
    assert!(matches!(refused(store, full(&first)), Refusal::Full { .. }));
    committed(store, first.clone());
    let used = Refusal::Exists(nonce.row());
    assert_eq!(refused(store, first.clone()), used);
    assert_eq!(refused(store, caller.minting(&nonce)), used);
    assert_eq!(refused(store, full(&first)), used);
    assert_eq!((caller.minted(store), counted(store, &caller.shop)), (1, 0));
    for fresh in [
        caller.shop.nonce(&caller.api_key),
        Nonce {
            key: caller.shop.api_key().id,
            ..nonce
        },
    ] {
        committed(store, caller.minting(&fresh));
    }
    assert_eq!(caller.minted(store), 3);
}

/// A commit is refused if a validation used up its signature, because both calls may have the same
/// signed body.
pub fn a_signature_that_has_validated_changes_nothing(store: &Nodes<'_>) {
    let caller = caller(store);
    let nonce = caller.shop.nonce(&caller.api_key);
    assert!(caller.is_fresh(store, &nonce));
    let used = Refusal::Exists(nonce.row());
    assert_eq!(refused(store, caller.minting(&nonce)), used);
    assert_eq!(caller.minted(store), 0);
}

/// A validation is not fresh if a commit used up its signature. A refused commit uses up no
/// signature.
pub fn a_signature_that_has_changed_something_validates_nothing(store: &Nodes<'_>) {
    let caller = caller(store);
    let [nonce, other] = [0, 1].map(|_| caller.shop.nonce(&caller.api_key));
    committed(store, caller.minting(&nonce));
    assert!(!caller.is_fresh(store, &nonce));
    let mut stale = caller.minting(&other);
    stale.api_keys.push(Write::new(caller.api_key.clone()));
    refused(store, stale);
    assert!(caller.is_fresh(store, &other));
}

/// Of thirty-two commits with one signature at the same moment, one is written.
pub fn of_one_signature_sent_many_times_one_mints(store: &Nodes<'_>) {
    let caller = caller(store);
    let nonce = caller.shop.nonce(&caller.api_key);
    let sent: Vec<Changes> = (0..32).map(|_| caller.minting(&nonce)).collect();
    let outcomes = at_once(sent.len(), |i| store.commit(sent[i].clone()));
    let used = CommitError::Refused(Refusal::Exists(nonce.row()));
    let ok = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((ok, caller.minted(store)), (1, 1));
    for outcome in outcomes {
        assert!(
            outcome.as_ref().err().is_none_or(|error| *error == used),
            "{outcome:?}"
        );
    }
}
