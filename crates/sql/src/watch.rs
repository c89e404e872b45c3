//! What the tests of both adapters watch their statements with.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{CommitError, Store};

use crate::worker::Held;

/// The statements that a connection was given, in order.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    statements: Arc<Mutex<Vec<String>>>,
    parsed: Arc<Mutex<BTreeSet<String>>>,
}

impl Watch {
    /// What is to be set on the connection.
    pub fn watcher(&self) -> impl Instrumentation + Clone + use<> {
        let (statements, parsed) = (Arc::clone(&self.statements), Arc::clone(&self.parsed));
        move |event: InstrumentationEvent<'_>| match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                whole(&statements).push(query.to_string());
            }
            InstrumentationEvent::CacheQuery { sql, .. } => {
                whole(&parsed).insert(sql.to_owned());
            }
            _ => {}
        }
    }

    /// What was seen so far.
    pub fn statements(&self) -> Vec<String> {
        whole(&self.statements).clone()
    }

    /// The texts that were parsed and kept as prepared statements.
    pub fn parsed(&self) -> BTreeSet<String> {
        whole(&self.parsed).clone()
    }

    /// The texts of the statements without their values, each once.
    pub fn texts(&self) -> BTreeSet<String> {
        let statements = self.statements();
        let texts = statements.iter().map(|statement| {
            let text = statement.split(" -- binds").next();
            text.unwrap_or_default().to_owned()
        });
        texts.collect()
    }

    /// How many statements start with a word, in any case.
    pub fn count(&self, word: &str) -> usize {
        self.statements()
            .iter()
            .filter(|sql| {
                sql.get(..word.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(word))
            })
            .count()
    }
}

fn whole<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Submits all changes while the writer is held, then lets it go: they are one batch if they are
/// no more than a batch takes. Waits for every outcome.
pub fn commit_at_once(
    store: &dyn Store,
    held: Vec<Held>,
    batch: Vec<Changes>,
) -> Vec<Result<Receipt, CommitError>> {
    let waiting: Vec<_> = batch
        .into_iter()
        .map(|changes| {
            let (send, receive) = channel();
            let done = Box::new(move |outcome| {
                // The receiver is in the list that is read below.
                let _ = send.send(outcome);
            });
            store.submit(changes, done);
            receive
        })
        .collect();
    drop(held);
    waiting
        .into_iter()
        .filter_map(|receive| receive.recv().ok())
        .collect()
}
