//! One transaction of many callers' changes, and what is done when it fails.

use std::collections::{BTreeSet, HashMap};
use std::thread;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use mintage_domain::base::id::CustomerId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::{Facts, Refusal, check_guards};
use mintage_domain::commit::join_customers::JoinedCustomers;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};
use mintage_domain::ports::{CommitError, StoreError};

use crate::error::Error;
use crate::touched::Touched;

/// The outcome for one caller of a batch.
pub type Verdict = Result<Receipt, Refusal>;

/// What a batch asks of a connection inside its transaction.
pub trait Statements {
    /// The versions and values of what a batch touches, locked until the transaction ends, and the
    /// endpoints of the tenants with new events, which are not locked. Rows that
    /// must be new may be left out: then inserting them says whether they are, and a batch for
    /// which they are not is judged again, with `careful`, and nothing is left out.
    fn facts(&mut self, touched: &Touched, careful: bool) -> Result<Facts, Error>;
    /// The customers with these identities, locked.
    fn known_customers(
        &mut self,
        who: &BTreeSet<CustomerIdentity>,
    ) -> Result<HashMap<CustomerIdentity, Customer>, Error>;
    /// Writes what was decided.
    fn write(
        &mut self,
        changes: &Changes,
        customers: &JoinedCustomers,
        counters: &HashMap<Counter, i64>,
    ) -> Result<(), Error>;
}

/// How one transaction ended.
#[derive(Debug)]
pub enum End {
    /// Committed, or nothing to commit.
    Done(Vec<Verdict>),
    /// Rolled back.
    Failed(Error),
    /// COMMIT was sent and failed: these are the verdicts if it took place nevertheless.
    Uncertain(Vec<Verdict>, diesel::result::Error),
}

/// Runs one transaction, begun by the statement `begin`. What was all refused is rolled back: it
/// costs no write.
pub fn attempt<C>(
    connection: &mut C,
    begin: &str,
    work: impl FnOnce(&mut C) -> Result<(Vec<Verdict>, bool), Error>,
) -> End
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(connection, begin) {
        return End::Failed(error.into());
    }
    match work(connection) {
        Ok((verdicts, true)) => match AnsiTransactionManager::commit_transaction(connection) {
            Ok(()) => End::Done(verdicts),
            Err(error) => End::Uncertain(verdicts, error),
        },
        Ok((verdicts, false)) => match AnsiTransactionManager::rollback_transaction(connection) {
            Ok(()) => End::Done(verdicts),
            Err(error) => End::Failed(error.into()),
        },
        Err(error) => {
            // A connection that cannot even roll back is seen to be broken when it is used next.
            let _ = AnsiTransactionManager::rollback_transaction(connection);
            End::Failed(error)
        }
    }
}

/// Judges a batch and writes what was not refused, inside a transaction that the caller begins
/// and ends. Says whether anything was written at all.
///
/// How many statements that takes depends on which tables are touched, not on how many callers
/// touch them.
pub fn judge_and_write(
    statements: &mut impl Statements,
    batch: &[Changes],
    careful: bool,
) -> Result<(Vec<Verdict>, bool), Error> {
    let touched = Touched::of(batch);
    let mut facts = statements.facts(&touched, careful)?;
    let subscribers = std::mem::take(&mut facts.subscribers);
    let mut verdicts = check_guards(batch, facts);
    if !careful && verdicts.iter().any(Result::is_err) {
        // A caller gets the first guard that fails, so the versions of all named rows are needed.
        verdicts = check_guards(batch, statements.facts(&touched, true)?);
    }

    let mut accepted: Option<Changes> = None;
    let mut values = HashMap::new();
    for (changes, verdict) in batch.iter().zip(&verdicts) {
        let Ok(counted) = verdict else { continue };
        values.extend(counted.clone());
        match &mut accepted {
            Some(all) => all.absorb(changes.clone()),
            None => accepted = Some(changes.clone()),
        }
    }
    let Some(mut accepted) = accepted else {
        return Ok((receipts(batch, verdicts, &HashMap::new()), false));
    };
    if let Some(first) = batch.first() {
        accepted.id.clone_from(&first.id);
    }
    let who: BTreeSet<_> = accepted.customers.iter().map(Customer::identity).collect();
    let known = if who.is_empty() {
        HashMap::new()
    } else {
        statements.known_customers(&who)?
    };
    let mut joined = accepted.join_customers(known);
    accepted.fan_out(&subscribers);
    // As all rows, in an order that every node keeps.
    joined.insert.sort_by_cached_key(Customer::identity);
    statements.write(&accepted, &joined, &values)?;
    Ok((receipts(batch, verdicts, &joined.effective), true))
}

fn receipts(
    batch: &[Changes],
    verdicts: Vec<Result<HashMap<Counter, i64>, Refusal>>,
    effective: &HashMap<CustomerId, CustomerId>,
) -> Vec<Verdict> {
    let receipt = |(changes, verdict): (&Changes, Result<HashMap<Counter, i64>, Refusal>)| {
        let customers = changes
            .customers
            .iter()
            .filter_map(|proposed| {
                let id = effective.get(&proposed.id)?;
                Some((proposed.id.clone(), id.clone()))
            })
            .collect();
        verdict.map(|counters| Receipt {
            customers,
            counters,
        })
    };
    batch.iter().zip(verdicts).map(receipt).collect()
}

/// Why a transaction did not happen. Nothing of it was written.
#[derive(Debug)]
pub enum Failure {
    /// Another node wrote one of its rows first.
    Raced,
    /// The database undid it to serve another: a deadlock, a serialisation failure.
    Undone,
    /// The store failed.
    Store(StoreError),
}

/// What runs a whole transaction for a batch: an adapter's connection.
pub trait Transact {
    /// Does [`judge_and_write`] in a transaction, and finds out how that ended.
    fn transact(&mut self, batch: &[Changes], careful: bool) -> Result<Vec<Verdict>, Failure>;
}

/// How often a batch is tried before its callers are tried one by one, and each of those.
const TRIES: u32 = 5;

/// Commits a batch: whole, and again if another node was faster; one by one when it cannot be
/// done whole, so that nobody suffers for what a neighbour brought.
pub fn commit(
    database: &mut impl Transact,
    batch: &[Changes],
) -> Vec<Result<Receipt, CommitError>> {
    match persist(database, batch) {
        Ok(verdicts) => verdicts
            .into_iter()
            .map(|verdict| verdict.map_err(CommitError::Refused))
            .collect(),
        // Nobody's changes are to blame when the database is away.
        Err(Failure::Store(error @ StoreError::Unavailable(_))) => {
            vec![Err(CommitError::Store(error)); batch.len()]
        }
        Err(_) if batch.len() > 1 => batch
            .iter()
            .flat_map(|one| commit(database, std::slice::from_ref(one)))
            .collect(),
        Err(failure) => vec![Err(CommitError::Store(failure.into())); batch.len()],
    }
}

fn persist(database: &mut impl Transact, batch: &[Changes]) -> Result<Vec<Verdict>, Failure> {
    let mut pause = Duration::from_millis(1);
    let mut careful = false;
    for _ in 1..TRIES {
        match database.transact(batch, careful) {
            // A row that had to be new exists: check again with the versions of such rows.
            Err(Failure::Raced) if !careful => careful = true,
            Err(Failure::Raced | Failure::Undone) => {
                thread::sleep(pause);
                pause *= 2;
            }
            done => return done,
        }
    }
    database.transact(batch, careful)
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            // The guards saw no such row, again and again: what is there is not theirs to see.
            Failure::Raced => Self::Failed(
                "a row holds a value that must be unique and no guard speaks of".to_owned(),
            ),
            Failure::Undone => {
                Self::Unavailable("other transactions on the same rows win all the time".to_owned())
            }
            Failure::Store(error) => error,
        }
    }
}

#[cfg(test)]
mod tests;
