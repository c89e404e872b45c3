//! Runs the sweep every half minute, and beside it the work of the sweep that calls Stripe.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::ports::StoreError;
use mintage_domain::usecase::sweep::{SweepReport, revoke_grants, sweep};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::blocking::blocking;
use crate::metrics::Worker;
use crate::outbound::call_stripe;

const INTERVAL: Duration = Duration::from_secs(30);

/// The tenant under which the sweep takes a thread for its calls of Stripe. No tenant has this id.
const SWEEP: &str = "(sweep)";

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let swept = blocking(&app, |app| {
            sweep(&*app.store, &*app.stripe, &*app.webhooks, &app.env())
        });
        report(&app, Worker::Sweep, swept.await);
        pause(&mut stopped).await;
    }
}

/// Revokes the grants of former accounts, on a thread that may wait for Stripe.
pub(super) async fn run_at_stripe(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let revoked = call_stripe(&app, SWEEP, |app| {
            revoke_grants(&*app.store, &*app.stripe, &app.env())
        });
        report(&app, Worker::SweepAtStripe, revoked.await);
        pause(&mut stopped).await;
    }
}

fn report<E: std::error::Error>(
    app: &App,
    worker: Worker,
    swept: Result<Result<SweepReport, StoreError>, E>,
) {
    let (succeeded, now) = (matches!(swept, Ok(Ok(_))), app.clock.now());
    app.metrics.worker_ran(worker, succeeded, now);
    match swept {
        Ok(Ok(swept)) if swept == SweepReport::default() => {}
        Ok(Ok(swept)) => {
            tracing::info!(?swept, "the sweep made changes");
            app.deliveries_due.notify_one();
            app.mails_due.notify_one();
        }
        Ok(Err(error)) => tracing::warn!(cause = %error, "the sweep failed"),
        Err(error) => tracing::warn!(cause = %error, "the sweep failed"),
    }
}

async fn pause(stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(INTERVAL) => {}
        _ = stopped.changed() => {}
    }
}
