//! Keeps the metrics small while nobody reads them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;

const INTERVAL: Duration = Duration::from_secs(5);

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        app.metrics.tidy();
        tokio::select! {
            () = sleep(INTERVAL) => {}
            _ = stopped.changed() => {}
        }
    }
}
