//! How far the balance transactions of an account have been read.
//!
//! A *pass* reads all transactions that Stripe booked since a time, page by page, newest first. Only when
//! its last page is stored does the next pass begin later; so a crash, a failure of Stripe or a lost event
//! delays an entry and loses none. A pass begins a while before the end of the one before, since Stripe may
//! show a transaction late, and once a day it begins at the beginning.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::slug::TenantId;
use crate::base::stripe_value::{CurrencyCode, StripeObjectId};
use crate::base::time::Timestamp;
use crate::model::sales::ledger::transaction::BalanceTransaction;
use crate::model::stripe::account::AccountRef;

/// How much of the time before is read again.
pub const OVERLAP: Duration = Duration::from_mins(10);

/// How often all transactions are read again.
pub const FULL_EVERY: Duration = Duration::from_hours(24);

/// The time between two passes that no event asked for.
pub const INTERVAL: Duration = Duration::from_mins(2);

/// How long a step keeps other nodes from reading the same account.
pub const LEASE: Duration = Duration::from_mins(2);

/// The longest wait after failures.
const MAX_WAIT: Duration = Duration::from_hours(1);

/// The identity of the books: of one tenant on one account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BooksId {
    /// The tenant that sells on the account.
    pub tenant: TenantId,
    /// The account.
    pub account: AccountRef,
}

/// The state of reading an account's transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Books {
    /// The identity of the books.
    pub id: BooksId,
    /// What was booked before this time has been read.
    pub read_until: Timestamp,
    /// When a pass over all transactions last ended.
    pub checked_at: Option<Timestamp>,
    /// The pass under way.
    pub pass: Option<Pass>,
    /// By how much the last pass over all transactions differed from the entries: transactions that Stripe
    /// no longer has.
    pub drift: Sums,
    /// When the next step is due.
    pub due_at: Timestamp,
    /// Until when a node works on a step; others wait.
    pub leased_until: Option<Timestamp>,
    /// Failures of Stripe since the last success.
    pub failures: u32,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// Amounts by currency, in minor units.
pub type Sums = BTreeMap<CurrencyCode, i64>;

/// A pass over the transactions that were booked since a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The beginning, in microseconds since 1970.
    from: i64,
    /// The creation time of the newest transaction that was seen, in microseconds since 1970.
    newest: i64,
    /// The last transaction that was read.
    after: Option<StripeObjectId>,
    /// What the transactions add up to.
    sums: Sums,
}

impl Pass {
    /// The time from which transactions are read.
    pub fn from(&self) -> Timestamp {
        Timestamp::from_micros(self.from)
    }

    /// The creation time of the newest transaction that was seen.
    pub fn newest(&self) -> Timestamp {
        Timestamp::from_micros(self.newest)
    }

    /// The transaction after which the next page begins.
    pub fn after(&self) -> Option<&StripeObjectId> {
        self.after.as_ref()
    }

    /// Whether the pass is over all transactions.
    pub fn is_full(&self) -> bool {
        self.from <= 0
    }
}

impl Books {
    /// Books that nothing was read into.
    pub fn new(id: BooksId) -> Self {
        Self {
            id,
            read_until: Timestamp::EPOCH,
            checked_at: None,
            pass: None,
            drift: Sums::new(),
            due_at: Timestamp::EPOCH,
            leased_until: None,
            failures: 0,
            version: 0,
        }
    }

    /// Whether another node works on a step.
    pub fn is_leased(&self, now: Timestamp) -> bool {
        self.leased_until.is_some_and(|until| until > now)
    }

    /// Begins a step, and a pass if none is under way.
    pub fn begin_step(&mut self, now: Timestamp) -> &Pass {
        self.leased_until = Some(now.plus(LEASE));
        let is_checked = self.checked_at.is_some_and(|at| now.since(at) < FULL_EVERY);
        let from = if is_checked {
            self.read_until.minus(OVERLAP).max(Timestamp::EPOCH)
        } else {
            Timestamp::EPOCH
        };
        let read_until = self.read_until;
        self.pass.get_or_insert_with(|| Pass {
            from: from.as_micros(),
            newest: read_until.as_micros(),
            after: None,
            sums: Sums::new(),
        })
    }

    /// Records a page that was read. Returns the pass if the page was its last one.
    pub fn record_page(
        &mut self,
        page: &[BalanceTransaction],
        has_more: bool,
        now: Timestamp,
    ) -> Option<Pass> {
        self.leased_until = None;
        self.failures = 0;
        self.due_at = now;
        let mut pass = self.pass.take()?;
        for transaction in page {
            pass.newest = pass.newest.max(transaction.created_at.as_micros());
            let sum = pass.sums.entry(transaction.currency.clone()).or_default();
            *sum = sum.saturating_add(transaction.net);
        }
        match page.last() {
            Some(last) if has_more => {
                pass.after = Some(last.id.clone());
                self.pass = Some(pass);
                None
            }
            _ => {
                self.read_until = pass.newest();
                self.due_at = now.plus(INTERVAL);
                Some(pass)
            }
        }
    }

    /// Records how the sums of a pass over all transactions differ from those of the entries.
    pub fn record_check(&mut self, pass: &Pass, stored: &Sums, now: Timestamp) {
        self.checked_at = Some(now);
        let currencies = pass.sums.keys().chain(stored.keys());
        self.drift = currencies
            .map(|currency| {
                let of = |sums: &Sums| sums.get(currency).copied().unwrap_or_default();
                (currency.clone(), of(&pass.sums).saturating_sub(of(stored)))
            })
            .filter(|(_, drift)| *drift != 0)
            .collect();
    }

    /// Records a failure of Stripe: the pass goes on after a wait that grows with each failure.
    pub fn record_failure(&mut self, asked_to_wait: Option<Duration>, now: Timestamp) {
        self.leased_until = None;
        self.failures = self.failures.saturating_add(1);
        let wait = Duration::from_secs(2).saturating_mul(1 << self.failures.min(11));
        let wait = asked_to_wait.map_or(wait, |asked| asked.max(wait));
        self.due_at = now.plus(wait.min(MAX_WAIT));
    }

    /// Gives up the pass under way, since the place that it had reached does not exist any more.
    pub fn restart(&mut self, now: Timestamp) {
        self.pass = None;
        self.leased_until = None;
        self.due_at = now;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::id::StripeAccountId;
    use crate::base::mode::Mode;

    fn books() -> Books {
        Books::new(BooksId {
            tenant: TenantId::parse("acme").unwrap(),
            account: AccountRef {
                mode: Mode::Live,
                account: StripeAccountId::parse("acct_1").unwrap(),
            },
        })
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn booked(id: &str, seconds: i64, net: i64) -> BalanceTransaction {
        BalanceTransaction {
            id: StripeObjectId::parse(id).unwrap(),
            kind: "charge".to_owned(),
            category: "charge".to_owned(),
            amount: net,
            fee: 0,
            platform_fee: 0,
            net,
            currency: CurrencyCode::parse("usd").unwrap(),
            source: None,
            intent: None,
            created_at: at(seconds),
        }
    }

    #[test]
    fn a_pass_ends_with_its_last_page_and_the_next_one_overlaps_it() {
        let (mut books, now) = (books(), at(1_000_000));
        assert!(books.begin_step(now).is_full());
        assert!(books.is_leased(now) && !books.is_leased(now.plus(LEASE)));
        let first = [booked("txn_3", 999_990, 3), booked("txn_2", 5_000, 2)];
        assert_eq!(books.record_page(&first, true, now), None);
        assert_eq!((books.read_until, books.due_at), (Timestamp::EPOCH, now));
        let pass = books.begin_step(now);
        assert_eq!(pass.after().map(StripeObjectId::as_str), Some("txn_2"));
        let last = [booked("txn_1", 4_000, 1)];
        let pass = books.record_page(&last, false, now).unwrap();
        books.record_check(&pass, &Sums::new(), now);
        assert_eq!(books.drift.values().copied().collect::<Vec<_>>(), [6]);
        assert_eq!(books.read_until, at(999_990));
        assert_eq!(books.due_at, now.plus(INTERVAL));
        let next = books.begin_step(now);
        assert!(!next.is_full());
        assert_eq!(next.from(), at(999_990).minus(OVERLAP));
    }

    #[test]
    fn all_transactions_are_read_again_after_a_day() {
        let (mut books, now) = (books(), at(1_000_000));
        books.begin_step(now);
        let pass = books.record_page(&[booked("txn_1", 900_000, 1)], false, now);
        books.record_check(&pass.unwrap(), &Sums::new(), now);
        let later = now.plus(FULL_EVERY);
        assert!(books.clone().begin_step(later).is_full());
        assert!(!books.begin_step(later.minus(INTERVAL)).is_full());
    }

    #[test]
    fn failures_wait_longer_and_keep_the_place() {
        let (mut books, now) = (books(), at(1_000_000));
        books.begin_step(now);
        books.record_page(&[booked("txn_1", 900_000, 1)], true, now);
        let mut waits = Vec::new();
        for asked in [None, None, Some(Duration::from_mins(1))] {
            books.begin_step(now);
            books.record_failure(asked, now);
            waits.push(books.due_at.since(now).as_secs());
        }
        assert_eq!(waits, [4, 8, 60]);
        for _ in 0..100 {
            books.record_failure(None, now);
        }
        assert_eq!(books.due_at, now.plus(MAX_WAIT));
        let after = books.begin_step(now).after().cloned();
        assert_eq!(after.unwrap().as_str(), "txn_1");
    }
}
