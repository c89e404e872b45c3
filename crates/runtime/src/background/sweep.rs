//! Runs the sweep every half minute.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::usecase::sweep::{SweepReport, sweep};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::blocking::blocking;

const INTERVAL: Duration = Duration::from_secs(30);

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let swept = blocking(&app, |app| {
            sweep(&*app.store, &*app.stripe, &*app.webhooks, &app.env())
        })
        .await;
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
        tokio::select! {
            () = sleep(INTERVAL) => {}
            _ = stopped.changed() => {}
        }
    }
}
