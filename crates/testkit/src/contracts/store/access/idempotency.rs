//! Idempotency keys of issue calls.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::idempotency::{
    IdempotencyId, IdempotencyKey, IdempotencyRecord,
};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::CommitError;

use crate::contracts::store::access::caller::caller;
use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::written::assert_written;
use crate::fixtures::Shop;

/// An idempotency key is recorded once in its tenant, product and mode. The next record may replace
/// an expired one.
pub fn an_idempotency_key_is_recorded_once(store: &Nodes<'_>) {
    let caller = caller(store);
    let call = caller.call();
    let first = caller.minting_for(&call);
    committed(store, first.clone());
    assert_written(store, &first);
    let again = refused(store, caller.minting_for(&call));
    assert_eq!(again, Refusal::Exists(first.idempotency[0].value.row()));
    for elsewhere in [
        IdempotencyId {
            tenant: Shop::new("zeta").tenant.id,
            ..call.clone()
        },
        IdempotencyId {
            product: ProductId::parse("other").expect("a slug"),
            ..call.clone()
        },
        IdempotencyId {
            mode: Mode::Sandbox,
            ..call.clone()
        },
        IdempotencyId {
            key: IdempotencyKey::parse(&"~".repeat(255)).expect("visible"),
            ..call.clone()
        },
    ] {
        assert_eq!(store.idempotency_record(&elsewhere), Ok(None));
        let changes = caller.minting_for(&elsewhere);
        committed(store, changes.clone());
        assert_written(store, &changes);
    }
    let mut next = caller.minting_for(&call);
    let taken = IdempotencyRecord {
        version: first.idempotency[0].value.version,
        ..next.idempotency[0].value.clone()
    };
    next.idempotency = vec![Write::changed(taken)];
    committed(store, next.clone());
    assert_written(store, &next);
}

/// Of thirty-two calls with one idempotency key at the same moment, each with its own signature,
/// one mints.
pub fn of_one_idempotency_key_sent_many_times_one_mints(store: &Nodes<'_>) {
    let caller = caller(store);
    let call = caller.call();
    let sent: Vec<Changes> = (0..32).map(|_| caller.minting_for(&call)).collect();
    let outcomes = at_once(sent.len(), |i| store.commit(sent[i].clone()));
    let exists = CommitError::Refused(Refusal::Exists(sent[0].idempotency[0].value.row()));
    let ok = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((ok, caller.minted(store)), (1, 1));
    for outcome in outcomes {
        assert!(
            outcome.as_ref().err().is_none_or(|error| *error == exists),
            "{outcome:?}"
        );
    }
}

/// Pruning deletes nonces and idempotency keys when they expire, and not before.
pub fn used_nonces_and_idempotency_keys_are_pruned_when_they_expire(store: &Nodes<'_>) {
    let caller = caller(store);
    let now = caller.shop.now();
    let ends = now.plus(Duration::from_mins(5));
    let nonce = Nonce {
        expires_at: ends,
        ..caller.shop.nonce(&caller.api_key)
    };
    let call = caller.call();
    let mut changes = caller.minting_for(&call);
    changes.nonces = vec![nonce.clone()];
    changes.idempotency[0].value.expires_at = ends;
    committed(store, changes);
    let is_recorded = || {
        store
            .idempotency_record(&call)
            .expect("the store answers")
            .is_some()
    };
    let before = Timestamp::from_micros(ends.as_micros() - 1);
    for kind in [Prunable::Nonces, Prunable::Idempotency] {
        assert_eq!(store.count_prunable(kind, before), Ok(0));
        assert_eq!(store.prune(kind, before), Ok(0));
    }
    assert!(is_recorded());
    assert!(matches!(
        refused(store, caller.minting(&nonce)),
        Refusal::Exists(_)
    ));
    for kind in [Prunable::Nonces, Prunable::Idempotency] {
        assert_eq!(store.count_prunable(kind, ends), Ok(1));
        assert_eq!(store.prune(kind, ends), Ok(1));
    }
    assert!(!is_recorded());
    committed(store, caller.minting(&nonce));
}

/// A record has no API key if a service that embeds the domain made the call.
pub fn the_record_of_a_service_has_no_api_key(store: &Nodes<'_>) {
    let caller = caller(store);
    let mut changes = caller.minting_for(&caller.call());
    changes.nonces.clear();
    changes.idempotency[0].value.api_key = None;
    committed(store, changes.clone());
    assert_written(store, &changes);
}
