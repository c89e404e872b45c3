//! Sweeping up, now and then.

use std::time::Duration;

use actix_web::{rt, web};
use mintage_domain::usecase::sweep::{SweepReport, sweep};
use tokio::sync::watch;

use crate::app::{App, blocking};

const EVERY: Duration = Duration::from_secs(30);

pub(super) async fn run(app: web::Data<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let swept = blocking(&app, |app| {
            sweep(&*app.store, &*app.stripe, &*app.webhooks, &app.env())
        })
        .await;
        match swept {
            Ok(Ok(swept)) if swept == SweepReport::default() => {}
            Ok(Ok(swept)) => {
                tracing::info!(?swept, "swept");
                app.deliveries_due.notify_one();
                app.mails_due.notify_one();
            }
            Ok(Err(error)) => tracing::warn!(cause = %error, "could not sweep"),
            Err(error) => tracing::warn!(cause = %error, "could not sweep"),
        }
        tokio::select! {
            () = rt::time::sleep(EVERY) => {}
            _ = stopped.changed() => {}
        }
    }
}
