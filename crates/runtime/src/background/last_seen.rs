//! Writes last-seen times to the store every few seconds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::blocking::blocking;
use crate::metrics::Worker;

const INTERVAL: Duration = Duration::from_secs(2);

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = sleep(INTERVAL) => {}
            _ = stopped.changed() => {}
        }
        // The last flush is after the stop, when no request is in progress any more.
        let flushed = blocking(&app, |app| app.last_seen.flush(&*app.store)).await;
        let (succeeded, now) = (matches!(flushed, Ok(Ok(()))), app.clock.now());
        app.metrics.worker_ran(Worker::LastSeen, succeeded, now);
        match flushed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(cause = %error, "could not write last-seen times"),
            Err(error) => tracing::warn!(cause = %error, "could not write last-seen times"),
        }
    }
}
