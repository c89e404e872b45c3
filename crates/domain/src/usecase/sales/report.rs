//! The report of sales: sums by group, and each account's ledger beside what Stripe has.

use crate::base::stripe_value::CurrencyCode;
use crate::model::stripe::account::AccountRef;
use crate::ports::{AccountSums, Ledgers, SalesGroup, SalesRange, SalesSums, StoreError};

/// The largest number of groups in a report.
pub const MAX_GROUPS: usize = 10_000;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// There are more groups than a report may have.
    #[error("there are more than 10000 groups; ask for less time")]
    TooManyGroups,
    /// The amounts are beyond 64 bits.
    #[error("the amounts are too large to be added up")]
    TooLarge,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesReport {
    /// The sums of each group, with what was earned.
    pub sums: Vec<(SalesSums, i64)>,
    /// The balance of each account in each currency.
    pub balances: Vec<Balance>,
}

/// The balance of an account in a currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: AccountRef,
    /// The currency.
    pub currency: CurrencyCode,
    /// What the ledger adds up to.
    pub ledger: i64,
    /// What Stripe's balance transactions add up to.
    pub stripe: i64,
    /// By how much Stripe has more.
    pub difference: i64,
}

/// Makes a report.
pub fn report(
    store: &(impl Ledgers + ?Sized),
    range: &SalesRange,
    group: SalesGroup,
) -> Result<SalesReport, ReportError> {
    let totals = store.sales_sums(range, group, MAX_GROUPS.saturating_add(1))?;
    if totals.groups.len() > MAX_GROUPS {
        return Err(ReportError::TooManyGroups);
    }
    let sums = totals.groups.into_iter().map(|sums| {
        let net = sums.net().ok_or(ReportError::TooLarge)?;
        Ok((sums, net))
    });
    Ok(SalesReport {
        sums: sums.collect::<Result<_, ReportError>>()?,
        balances: balances(store, range, totals.accounts)?,
    })
}

/// The balances of all accounts. Transactions that Stripe no longer has are in the drift of the books.
fn balances(
    store: &(impl Ledgers + ?Sized),
    range: &SalesRange,
    mut accounts: Vec<AccountSums>,
) -> Result<Vec<Balance>, ReportError> {
    let books = store.books_of(&range.tenant, range.mode)?;
    for books in &books {
        for (currency, drift) in &books.drift {
            let account = &books.id.account;
            let same = |it: &&mut AccountSums| it.account == *account && it.currency == *currency;
            match accounts.iter_mut().find(same) {
                Some(sums) => {
                    let reported = sums.reported.checked_add(*drift);
                    sums.reported = reported.ok_or(ReportError::TooLarge)?;
                }
                None => accounts.push(AccountSums {
                    account: account.clone(),
                    currency: currency.clone(),
                    ledger: 0,
                    reported: *drift,
                }),
            }
        }
    }
    let balances = accounts.into_iter().map(|it| {
        let difference = it.reported.checked_sub(it.ledger);
        Ok(Balance {
            account: it.account,
            currency: it.currency,
            ledger: it.ledger,
            stripe: it.reported,
            difference: difference.ok_or(ReportError::TooLarge)?,
        })
    });
    balances.collect()
}
