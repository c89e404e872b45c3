//! Reads the balances of connected accounts: those that events name within a second, the others when their
//! time has come. Also removes what is left of promotion codes that could not be created.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::StoreError;
use mintage_domain::usecase::sales::ledger::{MAX_STEPS, Step, read_account, read_due};
use mintage_domain::usecase::sales::promotion_code::remove_unfinished;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::metrics::Worker;
use crate::outbound::call_stripe;

/// The time between two searches for accounts that are due.
const INTERVAL: Duration = Duration::from_secs(10);

/// How long events of the same moment are gathered, so that they cost one reading.
const GATHER: Duration = Duration::from_millis(300);

/// The most accounts of one round.
const MAX_PER_ROUND: usize = 20;

/// The most promotion codes that are removed in one round.
const MAX_REMOVED: usize = 20;

/// The tenant under which the ledger takes a thread for its calls of Stripe. No tenant has this id.
const LEDGER: &str = "(ledger)";

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let woken = app.ledger_wakes.take(MAX_PER_ROUND);
        let is_woken = !woken.is_empty();
        let round = call_stripe(&app, LEDGER, move |app| read_round(app, &woken)).await;
        let now = app.clock.now();
        let succeeded = matches!(round, Ok(Ok(())));
        app.metrics.worker_ran(Worker::Ledger, succeeded, now);
        match round {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(cause = %error, "the ledger was not read"),
            Err(error) => tracing::warn!(cause = %error, "the ledger was not read"),
        }
        tokio::select! {
            () = sleep(INTERVAL) => {}
            () = app.ledger_wakes.added() => sleep(GATHER).await,
            _ = stopped.changed() => {}
        }
        if is_woken && !*stopped.borrow() {
            sleep(GATHER).await;
        }
    }
}

fn read_round(app: &App, woken: &[AccountRef]) -> Result<(), StoreError> {
    let (store, stripe, env) = (&*app.store, &*app.stripe, app.env());
    for account in woken {
        match read_account(store, stripe, &env, account, MAX_STEPS)? {
            // Another node reads the account, and may have begun before the event.
            Step::Busy | Step::More => app.ledger_wakes.add([account.clone()]),
            Step::Finished | Step::NotConnected | Step::Failed => {}
        }
    }
    let report = read_due(store, stripe, &env, MAX_PER_ROUND)?;
    if report.failed > 0 {
        tracing::warn!(?report, "Stripe did not give all balance transactions");
    }
    let (removed, failed) = remove_unfinished(store, stripe, &env, MAX_REMOVED)?;
    if removed > 0 || failed > 0 {
        tracing::info!(removed, failed, "unfinished promotion codes");
    }
    Ok(())
}
