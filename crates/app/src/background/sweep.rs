//! Sweeping up, now and then.

use crate::app::{App, blocking};
use actix_web::{rt, web};
use mintage_domain::usecase::sweep::{Swept, sweep};
use std::time::Duration;
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(30);

/// What a store forgets of a kind at a time: when as much went, there may be more.
const PRUNED_AT_ONCE: usize = 1_000;

pub(super) async fn run(app: web::Data<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let swept = blocking(&app, |app| {
            sweep(&*app.store, &*app.stripe, &*app.webhooks, &app.env())
        })
        .await;
        match swept {
            Ok(Ok(swept)) if swept == Swept::default() => {}
            Ok(Ok(swept)) => {
                tracing::info!(?swept, "swept");
                app.deliveries_due.notify_one();
                forget_the_rest(&app, swept.pruned, &stopped).await;
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

/// Goes on pruning while it pays: a busy minute leaves more signatures and rates behind than one
/// small step forgets.
async fn forget_the_rest(app: &web::Data<App>, pruned: usize, stopped: &watch::Receiver<bool>) {
    let mut pruned = pruned;
    while pruned >= PRUNED_AT_ONCE && !*stopped.borrow() {
        match blocking(app, |app| app.store.prune(app.clock.now())).await {
            Ok(Ok(more)) => pruned = more,
            // The next sweep tries again.
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
