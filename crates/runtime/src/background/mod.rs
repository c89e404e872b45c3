//! The workers that run beside the requests: they deliver webhooks, send mail, sweep, keep restricted
//! keys well, prune, and write last-seen times.

mod deliver;
mod error;
mod gather;
mod last_seen;
mod ledger;
mod mail;
mod prune;
mod reconcile;
mod restricted_keys;
mod slot_pool;
mod sweep;
mod tidy_metrics;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// The running workers.
pub struct Workers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the workers on the current runtime.
    pub fn start(app: &Arc<App>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(deliver::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(mail::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(sweep::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(sweep::run_at_stripe(Arc::clone(app), stopped.clone())),
            tokio::spawn(reconcile::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(restricted_keys::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(prune::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(last_seen::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(ledger::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(tidy_metrics::run(Arc::clone(app), stopped)),
        ];
        Self { stop, tasks }
    }

    /// Stops the workers after they finish their current work.
    pub async fn stop(self) {
        // An error means that all workers have ended already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(cause = %error, "a background worker panicked");
            }
        }
    }
}
