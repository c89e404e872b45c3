//! Reading the balances of all connected accounts to the end, for a command that runs without the server.

use crate::base::slug::TenantId;
use crate::ports::{StoreError, Stripe};
use crate::usecase::env::Env;
use crate::usecase::sales::ledger::{LedgerReport, LedgerStore, count, read_account};
use crate::usecase::stripe::reconcile::Pace;

/// The number of connections that are read at once.
const CONNECTIONS: usize = 100;

/// The largest number of pages of one account that are read.
const MAX_PAGES: usize = 100_000;

/// Reads what was booked on every connected account until now. A failure of one stops no other. An account
/// that a server reads at this moment is left to the server.
pub fn catch_up(
    store: &(impl LedgerStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    pace: &dyn Pace,
) -> Result<LedgerReport, StoreError> {
    let mut report = LedgerReport::default();
    let mut after: Option<TenantId> = None;
    loop {
        let connections = store.connected(after.as_ref(), CONNECTIONS)?;
        let Some(last) = connections.last() else {
            return Ok(report);
        };
        after = Some(last.tenant.clone());
        let accounts = connections.iter().filter_map(|it| it.state.account());
        for account in accounts {
            if pace.is_stopped() {
                return Ok(report);
            }
            pace.before_call();
            let step = read_account(store, stripe, env, &account, MAX_PAGES)?;
            count(&mut report, step);
        }
    }
}
