//! Restricted keys: probes those that Stripe refused at once, and every half minute works on those that are due and
//! deletes coupons that probes left at Stripe.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::ports::StoreError;
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::stripe::restricted_key::{recheck, sweep_coupons, work_on_due};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::metrics::Worker;
use crate::outbound::call_stripe;

const INTERVAL: Duration = Duration::from_secs(30);

/// The tenant under which the worker takes a thread for its calls of Stripe. No tenant has this id.
const WORKER: &str = "(restricted keys)";

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let worked = call_stripe(&app, WORKER, work).await;
        let succeeded = matches!(worked, Ok(Ok(())));
        if let Ok(Err(error)) = &worked {
            tracing::warn!(cause = %error, "the work on restricted keys failed");
        }
        let now = app.clock.now();
        app.metrics
            .worker_ran(Worker::RestrictedKeys, succeeded, now);
        app.mails_due.notify_one();
        tokio::select! {
            () = sleep(INTERVAL) => {}
            () = app.suspect_keys.added() => {}
            _ = stopped.changed() => {}
        }
    }
}

fn work(app: &App) -> Result<(), StoreError> {
    let (store, env) = (&*app.store, app.env());
    for account in app.suspect_keys.take() {
        let Some(link) = store.account_link(&account)? else {
            continue;
        };
        let of = (&link.tenant, account.mode);
        match recheck(store, &*app.key_prover, &env, of) {
            Ok(Some(false)) => tracing::warn!(
                tenant = link.tenant.as_str(),
                mode = account.mode.as_str(),
                "a restricted key needs attention"
            ),
            Ok(_) => {}
            Err(Failure::Store(error)) => return Err(error),
            Err(error) => tracing::warn!(cause = %error, "could not probe a restricted key"),
        }
    }
    let stripe = (&*app.restricted_stripe, &*app.key_prover);
    let due = work_on_due(store, stripe, &env, &app.settings.public_url)?;
    let (deleted, failed) = sweep_coupons(store, stripe.0, &env)?;
    if due.done > 0 || due.failed > 0 || deleted > 0 || failed > 0 {
        tracing::info!(?due, deleted, failed, "worked on restricted keys");
    }
    Ok(())
}
