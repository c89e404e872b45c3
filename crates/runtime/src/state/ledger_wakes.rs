//! The accounts whose balance changed at Stripe, as events say, and is to be read.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::StripeEvent;
use tokio::sync::Notify;

/// The most accounts that wait. The balances of others are read when their time has come.
const CAPACITY: usize = 10_000;

/// What the types of events begin with that tell of money.
const MONEY: [&str; 7] = [
    "balance.",
    "charge.",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "invoice.pa",
    "payout.",
    "refund.",
];

/// The accounts to read. Losing them delays entries of the ledger and loses none.
#[derive(Debug, Default)]
pub struct LedgerWakes {
    accounts: Mutex<BTreeSet<AccountRef>>,
    added: Notify,
}

impl LedgerWakes {
    /// Notes the account of an event that tells of money.
    pub fn note(&self, mode: Mode, event: &StripeEvent) {
        let tells_of_money = MONEY.iter().any(|kind| event.kind.starts_with(kind));
        if let Some(account) = event.account.clone().filter(|_| tells_of_money) {
            self.add([AccountRef { mode, account }]);
        }
    }

    /// Adds accounts.
    pub(crate) fn add(&self, accounts: impl IntoIterator<Item = AccountRef>) {
        let mut waiting = self.waiting();
        for account in accounts {
            if waiting.len() < CAPACITY {
                waiting.insert(account);
            }
        }
        drop(waiting);
        self.added.notify_one();
    }

    /// Takes at most `n` accounts.
    pub(crate) fn take(&self, n: usize) -> Vec<AccountRef> {
        let mut waiting = self.waiting();
        let taken: Vec<_> = waiting.iter().take(n).cloned().collect();
        for account in &taken {
            waiting.remove(account);
        }
        taken
    }

    /// Waits until an account is added.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<AccountRef>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mintage_domain::base::id::{StripeAccountId, StripeEventId};
    use mintage_domain::model::stripe::event::EventData;

    use super::*;

    #[test]
    fn an_account_waits_once_and_only_for_money() {
        let wakes = LedgerWakes::default();
        let event = |kind: &str| StripeEvent {
            id: StripeEventId::parse("evt_1").expect("an id"),
            kind: kind.to_owned(),
            account: StripeAccountId::parse("acct_1").ok(),
            livemode: true,
            data: EventData::Other,
        };
        wakes.note(Mode::Live, &event("account.updated"));
        assert_eq!(wakes.take(10), []);
        for kind in [
            "charge.refunded",
            "payout.paid",
            "invoice.paid",
            "refund.failed",
        ] {
            wakes.note(Mode::Live, &event(kind));
        }
        let taken = wakes.take(10);
        assert_eq!(taken.len(), 1);
        assert_eq!(wakes.take(10), []);
        wakes.add(taken);
        assert_eq!(wakes.take(10).len(), 1);
    }
}
