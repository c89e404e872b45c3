//! Reconciles with Stripe soon after the start and every hour, on one node at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::ports::{StoreError, TakeQuery};
use mintage_domain::usecase::stripe::reconcile::{LOOK_BACK, Ports, Reconciliation, reconcile};
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use crate::app::App;
use crate::metrics::Worker;
use crate::outbound::SteadyPace;

/// How long after the start the first reconciliation begins.
const AFTER_START: Duration = Duration::from_mins(1);

const INTERVAL: Duration = Duration::from_hours(1);

/// Of all nodes together, one reconciles in this time.
const ONCE: Rate = Rate {
    limit: 1,
    window: INTERVAL,
};

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut wait = AFTER_START;
    loop {
        tokio::select! {
            () = sleep(wait) => {}
            _ = stopped.changed() => {}
        }
        if *stopped.borrow() {
            return;
        }
        wait = INTERVAL;
        let result = on_a_thread(&app, &mut stopped).await;
        report(&app, &result);
    }
}

/// Reconciles on a thread of its own, which waits for Stripe most of the time.
async fn on_a_thread(
    app: &Arc<App>,
    stopped: &mut watch::Receiver<bool>,
) -> Result<Reconciliation, StoreError> {
    let pace = SteadyPace::default();
    let stop_flag = pace.stopper();
    let (send, mut receive) = oneshot::channel();
    let app = Arc::clone(app);
    let work = move || {
        // The receiver waits for the result.
        let _ = send.send(reconcile_if_due(&app, &pace));
    };
    let failed = |cause: String| StoreError::Failed(cause);
    thread::Builder::new()
        .name("mintage-reconcile".into())
        .spawn(work)
        .map_err(|error| failed(error.to_string()))?;
    loop {
        tokio::select! {
            result = &mut receive => {
                return result.unwrap_or_else(|_| Err(failed("the thread panicked".into())));
            }
            _ = stopped.changed() => stop_flag.store(true, Ordering::Relaxed),
        }
    }
}

fn reconcile_if_due(app: &App, pace: &SteadyPace) -> Result<Reconciliation, StoreError> {
    let env = app.env();
    let take = app.store.take(TakeQuery {
        key: "reconcile".to_owned(),
        rate: ONCE,
        n: 1,
        now: env.now(),
    })?;
    if matches!(take, Take::Refused(_)) {
        return Ok(Reconciliation::default());
    }
    let ports = Ports {
        store: &*app.store,
        stripe: &*app.stripe,
        webhooks: &*app.webhooks,
        pace,
    };
    reconcile(&ports, &env, env.now().minus(LOOK_BACK))
}

fn report(app: &App, result: &Result<Reconciliation, StoreError>) {
    let now = app.clock.now();
    app.metrics
        .worker_ran(Worker::Reconcile, result.is_ok(), now);
    match result {
        Ok(result) => {
            for failed in &result.failed {
                let (tenant, account) = (failed.tenant.as_str(), failed.account.as_str());
                tracing::warn!(
                    tenant,
                    account,
                    cause = failed.reason,
                    "an account could not be reconciled"
                );
            }
            if !result.applied.is_empty() || result.parked > 0 {
                let applied = result.applied.len();
                tracing::info!(
                    applied,
                    parked = result.parked,
                    "missed events were found at Stripe"
                );
                app.deliveries_due.notify_one();
                app.mails_due.notify_one();
            }
        }
        Err(error) => tracing::warn!(cause = %error, "the reconciliation failed"),
    }
}
