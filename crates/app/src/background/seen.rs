//! Writing down, every few seconds, what was seen at work.

use std::time::Duration;

use actix_web::{rt, web};
use tokio::sync::watch;

use crate::app::{App, blocking};

const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(app: web::Data<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = rt::time::sleep(EVERY) => {}
            _ = stopped.changed() => {}
        }
        // After the stop as well: no request is under way any more.
        match blocking(&app, |app| app.last_seen.flush(&*app.store)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(cause = %error, "could not write what was seen"),
            Err(error) => tracing::warn!(cause = %error, "could not write what was seen"),
        }
    }
}
