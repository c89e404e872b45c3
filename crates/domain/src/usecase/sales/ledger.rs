//! Keeping the sales ledger: the balance transactions of each connected account are read page by page.
//!
//! Events only say when to look; what is booked comes from Stripe's lists. So an event that is lost, late or
//! repeated changes nothing but the time at which an entry appears.

use crate::base::id::PaymentIntentId;
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::ledger::books::{Books, BooksId, Sums};
use crate::model::sales::ledger::entry::LedgerEntry;
use crate::model::sales::ledger::transaction::{BalanceTransaction, EntryKind};
use crate::model::stripe::account::AccountRef;
use crate::ports::{
    BookedSince, Commit, CommitError, Connections, Ledgers, StoreError, Stripe, StripeAccess,
    StripeError, TransactionPage,
};
use crate::usecase::env::Env;
use crate::usecase::stripe::accesses::access_to;

/// The largest number of pages of charges that are read to find the payments of one page of transactions.
const MAX_CHARGE_PAGES: usize = 5;

/// The largest number of pages that one account gets before the next one has its turn.
pub const MAX_STEPS: usize = 20;

/// The parts of a store that the ledger needs.
pub trait LedgerStore: Ledgers + Connections + Commit {}

impl<T: Ledgers + Connections + Commit + ?Sized> LedgerStore for T {}

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A page was stored; there are more.
    More,
    /// The last page of a pass was stored.
    Finished,
    /// Another node works on the account.
    Busy,
    /// The account is not connected.
    NotConnected,
    /// Stripe failed; the step is due later.
    Failed,
}

/// The results of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerReport {
    /// Accounts whose transactions are read to the end.
    pub finished: usize,
    /// Accounts with pages left.
    pub unfinished: usize,
    /// Accounts that another node works on.
    pub busy: usize,
    /// Accounts whose pages Stripe did not give.
    pub failed: usize,
}

/// Reads the transactions of the accounts that are due, at most `n`. A failure of one stops no other.
pub fn read_due(
    store: &(impl LedgerStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    n: usize,
) -> Result<LedgerReport, StoreError> {
    let mut report = LedgerReport::default();
    for id in store.books_due(env.now(), n)? {
        count(&mut report, read_on(store, stripe, env, &id, MAX_STEPS)?);
    }
    Ok(report)
}

/// Reads what was booked on an account until now, in at most `max_steps` pages.
pub fn read_account(
    store: &(impl LedgerStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    account: &AccountRef,
    max_steps: usize,
) -> Result<Step, StoreError> {
    let link = store.account_link(account)?;
    let Some(link) = link.filter(|link| link.active) else {
        return Ok(Step::NotConnected);
    };
    let id = BooksId {
        tenant: link.tenant,
        account: account.clone(),
    };
    let under_way = store.books(&id)?.is_some_and(|books| books.pass.is_some());
    let read = read_on(store, stripe, env, &id, max_steps)?;
    if under_way && read == Step::Finished {
        // The pass had begun before, so it may lack what is wanted.
        return read_on(store, stripe, env, &id, max_steps);
    }
    Ok(read)
}

fn read_on(
    store: &(impl LedgerStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    id: &BooksId,
    max_steps: usize,
) -> Result<Step, StoreError> {
    let mut read = Step::More;
    for _ in 0..max_steps {
        read = step(store, stripe, env, id)?;
        if read != Step::More {
            break;
        }
    }
    Ok(read)
}

pub(super) fn count(report: &mut LedgerReport, step: Step) {
    let counter = match step {
        Step::Finished => &mut report.finished,
        Step::More => &mut report.unfinished,
        Step::Busy => &mut report.busy,
        Step::Failed => &mut report.failed,
        Step::NotConnected => return,
    };
    *counter = counter.saturating_add(1);
}

/// Reads the next page of an account and commits its entries together with the place that was reached.
pub fn step(
    store: &(impl LedgerStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    id: &BooksId,
) -> Result<Step, StoreError> {
    let now = env.now();
    let mut books = store.books(id)?.unwrap_or_else(|| Books::new(id.clone()));
    if books.is_leased(now) {
        return Ok(Step::Busy);
    }
    let Some(access) = access_to(store, &id.tenant, &id.account)? else {
        return Ok(Step::NotConnected);
    };
    let pass = books.begin_step(now).clone();
    let Some(mut books) = write_books(store, env, books)? else {
        return Ok(Step::Busy);
    };
    let since = BookedSince {
        from: pass.from(),
        until: None,
        after: pass.after().cloned(),
    };
    let page = stripe
        .balance_transactions(&access, &since)
        .and_then(|page| with_payments(stripe, &access, page));
    match page {
        Ok(page) => store_page(store, env, books, &page),
        Err(error) => {
            let now = env.now();
            match error {
                StripeError::NotFound(_) if pass.after().is_some() => books.restart(now),
                StripeError::Busy { retry_after } => books.record_failure(retry_after, now),
                _ => books.record_failure(None, now),
            }
            write_books(store, env, books)?;
            Ok(Step::Failed)
        }
    }
}

/// Commits the state of the books; `None` if another node was faster.
fn write_books(
    store: &(impl LedgerStore + ?Sized),
    env: &Env<'_>,
    books: Books,
) -> Result<Option<Books>, StoreError> {
    let write = Write::changed(books);
    let written = write.value.clone();
    let mut changes = env.changes(env.now());
    changes.books.push(write);
    match store.commit(changes) {
        Ok(_) => Ok(Some(written)),
        Err(CommitError::Refused(_)) => Ok(None),
        Err(CommitError::Store(error)) => Err(error),
    }
}

fn store_page(
    store: &(impl LedgerStore + ?Sized),
    env: &Env<'_>,
    mut books: Books,
    page: &TransactionPage,
) -> Result<Step, StoreError> {
    let now = env.now();
    let id = books.id.clone();
    let ids: Vec<_> = page.items.iter().map(|it| it.id.clone()).collect();
    let known = store.ledger_entries(&id, &ids)?;
    let mut changes = env.changes(now);
    for transaction in &page.items {
        let known = known.iter().find(|entry| entry.id.id == transaction.id);
        let entry = LedgerEntry::of(&id.tenant, &id.account, transaction);
        changes.ledger_entries.extend(match known {
            None => Some(Write::new(LedgerEntry {
                version: 1,
                ..entry
            })),
            Some(known) => completed(known, &entry),
        });
    }
    let finished = books.record_page(&page.items, page.has_more, now);
    if let Some(pass) = finished.as_ref().filter(|pass| pass.is_full()) {
        let mut stored = store.reported_sums(&id, pass.newest())?;
        let new = changes.ledger_entries.iter().filter(|write| write.is_new());
        for write in new {
            add(&mut stored, &write.value);
        }
        books.record_check(pass, &stored, now);
    }
    changes.books.push(Write::changed(books));
    match store.commit(changes) {
        Ok(_) if finished.is_some() => Ok(Step::Finished),
        Ok(_) => Ok(Step::More),
        Err(CommitError::Refused(_)) => Ok(Step::Busy),
        Err(CommitError::Store(error)) => Err(error),
    }
}

fn add(sums: &mut Sums, entry: &LedgerEntry) {
    let sum = sums.entry(entry.currency.clone()).or_default();
    *sum = sum.saturating_add(entry.net);
}

/// The entry with a payment that has become known.
fn completed(known: &LedgerEntry, read: &LedgerEntry) -> Option<Write<LedgerEntry>> {
    (known.intent.is_none() && read.intent.is_some()).then(|| {
        Write::changed(LedgerEntry {
            intent: read.intent.clone(),
            ..known.clone()
        })
    })
}

/// Finds the payments of those charges whose transactions do not name them.
fn with_payments(
    stripe: &dyn Stripe,
    access: &StripeAccess,
    mut page: TransactionPage,
) -> Result<TransactionPage, StripeError> {
    let lacks = |it: &&BalanceTransaction| {
        it.intent.is_none() && it.source.is_some() && it.entry_kind() == EntryKind::Charge
    };
    let times = page.items.iter().filter(lacks).map(|it| it.created_at);
    let times: Vec<Timestamp> = times.collect();
    let (Some(from), Some(until)) = (times.iter().min(), times.iter().max()) else {
        return Ok(page);
    };
    let payments = payments(stripe, access, *from, *until)?;
    for transaction in &mut page.items {
        let source = transaction.source.as_ref();
        let found = payments.iter().find(|(charge, _)| Some(charge) == source);
        if transaction.intent.is_none() {
            transaction.intent = found.map(|(_, intent)| intent.clone());
        }
    }
    Ok(page)
}

/// The charges of a time, with their payments.
fn payments(
    stripe: &dyn Stripe,
    access: &StripeAccess,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(StripeObjectId, PaymentIntentId)>, StripeError> {
    let mut found = Vec::new();
    let mut after: Option<StripeObjectId> = None;
    for _ in 0..MAX_CHARGE_PAGES {
        let since = BookedSince {
            from,
            until: Some(until),
            after: after.clone(),
        };
        let page = stripe.charges(access, &since)?;
        after = page.items.last().map(|charge| charge.id.clone());
        let charges = page.items.into_iter();
        found.extend(charges.filter_map(|charge| Some((charge.id, charge.intent?))));
        if !page.has_more {
            break;
        }
    }
    Ok(found)
}
