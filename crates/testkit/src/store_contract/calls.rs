//! Signed calls that change something: a signature is used up, and a call may be sent again, in the
//! commit that does what was asked.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{
    IdempotencyId, IdempotencyKey, IdempotencyRecord,
};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{CommitError, KeyQuery, LicenseFilter, Store, ValidateQuery};

use super::witness::{assert_written, at_once, changing, committed, counted, counting, refused};
use crate::fixtures::Shop;

struct Caller {
    shop: Shop,
    api_key: ApiKey,
}

fn caller(store: &dyn Store) -> Caller {
    let shop = Shop::opened(store, "acme");
    let api_key = shop.api_key();
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.push(Write::changed(api_key.clone()))
        }),
    );
    Caller { shop, api_key }
}

impl Caller {
    /// What a call commits under this signature: a license of its own.
    fn minting(&self, nonce: &Nonce) -> Changes {
        let customer = self.shop.customer();
        let license = self.shop.license(&customer);
        changing(&self.shop, |it| {
            it.nonces.push(nonce.clone());
            it.counters.push(Count {
                counter: Counter::of_licenses(&license),
                add: 1,
                cap: None,
            });
            it.customers.push(customer);
            it.licenses.push(Write::changed(license));
        })
    }

    /// The same, of a call that may be sent again.
    fn minting_for(&self, call: &IdempotencyId) -> Changes {
        let mut changes = self.minting(&self.shop.nonce(&self.api_key));
        let license = &changes.licenses[0].value;
        let record = IdempotencyRecord {
            call: call.clone(),
            ..self.shop.repeatable(&self.api_key, license)
        };
        changes.idempotency.push(Write::changed(record));
        changes
    }

    fn call(&self) -> IdempotencyId {
        let license = self.shop.license(&self.shop.customer());
        self.shop.repeatable(&self.api_key, &license).call
    }

    /// Whether a validation under this signature is its first use.
    fn validates(&self, store: &dyn Store, nonce: &Nonce) -> bool {
        let query = ValidateQuery {
            nonce: Some(nonce.clone()),
            key: KeyQuery {
                tenant: self.shop.tenant.id.clone(),
                product: self.shop.product.id.clone(),
                mode: self.shop.mode,
                hashes: Vec::new(),
            },
        };
        store.validate(query).expect("the store answers").fresh
    }

    fn minted(&self, store: &dyn Store) -> usize {
        let (tenant, filter) = (&self.shop.tenant.id, LicenseFilter::default());
        let all = store.licenses(
            tenant,
            &filter,
            &mintage_domain::base::page::PageRequest::default(),
        );
        all.expect("the store answers").items.len()
    }
}

/// A signature is used up by the first commit that carries it, and the next is told so, whatever
/// else stands against it; a commit that is refused uses up none.
pub fn a_commit_uses_up_its_nonce(store: &dyn Store) {
    let caller = caller(store);
    let nonce = caller.shop.nonce(&caller.api_key);
    let full = |changes: &Changes| {
        let mut changes = changes.clone();
        changes.absorb(counting(&caller.shop, 1, Some(0)));
        changes
    };
    let first = caller.minting(&nonce);
    assert!(matches!(refused(store, full(&first)), Refusal::Full(_)));
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

/// A signature that was used up by a validation is known to a commit: the two may be signed over
/// the same body.
pub fn a_signature_that_has_validated_changes_nothing(store: &dyn Store) {
    let caller = caller(store);
    let nonce = caller.shop.nonce(&caller.api_key);
    assert!(caller.validates(store, &nonce));
    let used = Refusal::Exists(nonce.row());
    assert_eq!(refused(store, caller.minting(&nonce)), used);
    assert_eq!(caller.minted(store), 0);
}

/// And the other way round, unless the commit was refused: then nothing is used up.
pub fn a_signature_that_has_changed_something_validates_nothing(store: &dyn Store) {
    let caller = caller(store);
    let [nonce, other] = [0, 1].map(|_| caller.shop.nonce(&caller.api_key));
    committed(store, caller.minting(&nonce));
    assert!(!caller.validates(store, &nonce));
    let mut stale = caller.minting(&other);
    stale.api_keys.push(Write::new(caller.api_key.clone()));
    refused(store, stale);
    assert!(caller.validates(store, &other));
}

/// One signature on thirty-two commits at once: one is written.
pub fn of_one_signature_sent_many_times_one_mints(store: &dyn Store) {
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

/// A call is written down once in its tenant, product and mode; once its time is over, the next
/// takes its place.
pub fn a_call_is_written_down_once(store: &dyn Store) {
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

/// One call made thirty-two times at once, under signatures of its own each: one mints.
pub fn of_one_call_made_many_times_one_mints(store: &dyn Store) {
    let caller = caller(store);
    let call = caller.call();
    let made: Vec<Changes> = (0..32).map(|_| caller.minting_for(&call)).collect();
    let outcomes = at_once(made.len(), |i| store.commit(made[i].clone()));
    let known = CommitError::Refused(Refusal::Exists(made[0].idempotency[0].value.row()));
    let ok = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((ok, caller.minted(store)), (1, 1));
    for outcome in outcomes {
        assert!(
            outcome.as_ref().err().is_none_or(|error| *error == known),
            "{outcome:?}"
        );
    }
}

/// Signatures and calls are forgotten when their time is over, and not before.
pub fn used_nonces_and_known_calls_are_pruned_when_they_expire(store: &dyn Store) {
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
    let known = || {
        store
            .idempotency_record(&call)
            .expect("the store answers")
            .is_some()
    };
    let before = Timestamp::from_micros(ends.as_micros() - 1);
    assert_eq!(store.prune(before), Ok(0));
    assert!(known());
    assert!(matches!(
        refused(store, caller.minting(&nonce)),
        Refusal::Exists(_)
    ));
    assert_eq!(store.prune(ends), Ok(2));
    assert!(!known());
    committed(store, caller.minting(&nonce));
}
