//! The restricted keys that Stripe refused a call for, until a worker has probed them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::SellerKey;
use tokio::sync::Notify;

/// The most accounts that wait. What finds no place is probed with the keys that are due.
const CAPACITY: usize = 1_000;

/// The accounts whose restricted keys are to be probed.
#[derive(Default)]
pub struct SuspectKeys {
    accounts: Mutex<BTreeSet<AccountRef>>,
    added: Notify,
}

impl SuspectKeys {
    /// Adds the key of an account: Stripe answered 401 or 403 to a call that was made with it.
    fn add(&self, account: AccountRef) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() < CAPACITY {
            accounts.insert(account);
        }
        drop(accounts);
        self.added.notify_one();
    }

    /// Adds a key, if its account is known.
    pub(crate) fn add_key(&self, key: &SellerKey) {
        if let Some(account) = &key.account {
            self.add(AccountRef {
                mode: key.mode,
                account: account.clone(),
            });
        }
    }

    /// Takes all accounts.
    pub(crate) fn take(&self) -> BTreeSet<AccountRef> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut accounts)
    }

    /// Waits until an account is added.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
    }
}
