//! Deletes what is older than the settings say.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::StoreError;
use mintage_domain::usecase::retention::prune;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::blocking::blocking;
use crate::metrics::Worker;

/// How long to rest when little was due.
const INTERVAL: Duration = Duration::from_secs(30);

/// How long to rest when more is due, so that deleting delays nobody.
const PAUSE: Duration = Duration::from_secs(1);

/// The number of steps between two rests: two for each kind.
const STEPS: usize = 2 * Prunable::ALL.len();

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let pruned = blocking(&app, pass).await;
        let (succeeded, now) = (matches!(pruned, Ok(Ok(_))), app.clock.now());
        app.metrics.worker_ran(Worker::Prune, succeeded, now);
        let rest = match pruned {
            Ok(Ok(0)) => INTERVAL,
            Ok(Ok(rows)) => {
                tracing::info!(rows, "old rows were deleted");
                PAUSE
            }
            Ok(Err(error)) => {
                tracing::warn!(cause = %error, "pruning failed");
                INTERVAL
            }
            Err(error) => {
                tracing::warn!(cause = %error, "pruning failed");
                INTERVAL
            }
        };
        tokio::select! {
            () = sleep(rest) => {}
            _ = stopped.changed() => {}
        }
    }
}

fn pass(app: &App) -> Result<u64, StoreError> {
    let retention = &app.settings.retention;
    let pruned = prune(&*app.store, retention, app.clock.now(), STEPS)?;
    Ok(pruned.iter().map(|(_, rows)| rows).sum())
}
