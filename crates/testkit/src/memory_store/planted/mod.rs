//! The contract itself, under test: a store that loses something must fail the case that is named beside
//! the loss, and the same store without the loss must pass it.

mod at_committing;
mod at_opening;
mod loss;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use mintage_domain::ports::Store;

use crate::contracts::store::{Nodes, Reopen, Reopening};
use crate::memory_store::MemoryStore;
use crate::memory_store::planted::at_committing::AT_COMMITTING;
use crate::memory_store::planted::at_opening::AT_OPENING;
use crate::memory_store::tables::Tables;

/// A place whose stores forget something whenever one is opened.
struct Forgetful {
    tables: Arc<Mutex<Tables>>,
    forget: fn(&mut Tables),
}

impl Forgetful {
    fn new(forget: fn(&mut Tables)) -> Self {
        let tables = Arc::default();
        Self { tables, forget }
    }
}

impl Reopen for Forgetful {
    fn open(&self) -> Box<dyn Store> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        (self.forget)(&mut tables);
        Box::new(MemoryStore::of(Arc::clone(&self.tables)))
    }
}

/// Whether a store passes a case.
fn passes(name: &str, store: &dyn Store) -> bool {
    let case = crate::STORE_CASES.iter().find(|(case, _)| *case == name);
    let (_, case) = case.unwrap_or_else(|| panic!("no case is called {name}"));
    catch_unwind(AssertUnwindSafe(|| case(&Nodes::one(store)))).is_ok()
}

#[test]
fn a_store_that_forgets_when_it_is_opened_again_fails_the_contract() {
    let mut survived = Vec::new();
    for (lost, forget, case) in AT_OPENING {
        let whole = Forgetful::new(|_| ());
        assert!(passes(case, &Reopening::of(&whole)), "{case} fails anyway");
        let forgetful = Forgetful::new(*forget);
        if passes(case, &Reopening::of(&forgetful)) {
            survived.push((lost, case));
        }
    }
    assert!(
        survived.is_empty(),
        "nobody noticed the loss of {survived:#?}"
    );
}

#[test]
fn a_store_that_leaves_out_a_part_of_a_commit_fails_the_contract() {
    let mut survived = Vec::new();
    for (lost, leave_out, case) in AT_COMMITTING {
        assert!(passes(case, &MemoryStore::new()), "{case} fails anyway");
        if passes(case, &MemoryStore::through(*leave_out)) {
            survived.push((lost, case));
        }
    }
    assert!(
        survived.is_empty(),
        "nobody noticed the loss of {survived:#?}"
    );
}
