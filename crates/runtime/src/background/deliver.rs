//! Claims due deliveries and sends each on a thread of its own, so that a slow webhook endpoint delays
//! no other delivery.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::outbox::delivery::{Claim, DeliveryStatus};
use mintage_domain::usecase::outbox::deliver::{
    DeliverError, LEASE, MAX_CONCURRENT_PER_ENDPOINT, record_result, request,
};
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

use super::error::WorkerError;
use crate::app::App;
use crate::blocking::blocking;
use crate::crash::{self, Point};

/// How many deliveries this node sends at the same time. A lane of one endpoint takes a few of them.
const MAX_CONCURRENT: usize = 32;

/// How often the worker looks without a notice: for retries, and for what other nodes queued.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let permits = Arc::new(Semaphore::new(MAX_CONCURRENT));
    while !*stopped.borrow() {
        let full = match claim(&app, &permits).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(cause = %error, "could not claim deliveries");
                false
            }
        };
        if !full {
            tokio::select! {
                () = app.deliveries_due.notified() => {}
                () = sleep(POLL_INTERVAL) => {}
                _ = stopped.changed() => {}
            }
        }
    }
    // Each attempt holds a permit until it ends.
    let all = u32::try_from(MAX_CONCURRENT).unwrap_or(u32::MAX);
    if permits.acquire_many(all).await.is_err() {
        tracing::error!("the semaphore of the deliveries was closed");
    }
}

/// Claims as many deliveries as there are free permits; true if there may be more.
async fn claim(app: &Arc<App>, permits: &Arc<Semaphore>) -> Result<bool, WorkerError> {
    let free = permits.available_permits();
    if free == 0 {
        return Ok(false);
    }
    let claims = blocking(app, move |app| {
        app.store
            .claim(app.clock.now(), free, MAX_CONCURRENT_PER_ENDPOINT, LEASE)
    })
    .await??;
    crash_after_claim(&claims);
    let full = claims.len() == free;
    for claim in claims {
        let permit = Arc::clone(permits).acquire_owned().await;
        let app = Arc::clone(app);
        // Not on the blocking pool: slow receivers must not occupy the threads that requests need for the
        // store.
        let attempt = move || {
            attempt(&app, &claim);
            app.deliveries_due.notify_one();
            drop(permit);
        };
        let spawned = std::thread::Builder::new()
            .name("mintage-deliver".into())
            .spawn(attempt);
        if let Err(error) = spawned {
            // When the lease ends, the delivery is due again.
            tracing::error!(cause = %error, "could not start a thread for a delivery");
        }
    }
    Ok(full)
}

fn crash_after_claim(claims: &[Claim]) {
    if !claims.is_empty() {
        crash::point(Point::DeliverClaimed);
    }
}

fn attempt(app: &App, claim: &Claim) {
    let id = &claim.delivery.id;
    match send(app, claim) {
        Ok(DeliveryStatus::Delivered) => tracing::info!(delivery = %id, "delivered"),
        Ok(DeliveryStatus::Failed) => {
            tracing::warn!(delivery = %id, "the delivery failed for good");
        }
        Ok(DeliveryStatus::Pending | DeliveryStatus::Leased) => {
            tracing::info!(delivery = %id, "the delivery failed and will be retried");
        }
        Err(error) => {
            tracing::warn!(delivery = %id, cause = %error, "could not attempt the delivery");
        }
    }
}

fn send(app: &App, claim: &Claim) -> Result<DeliveryStatus, DeliverError> {
    let request = request(&app.env(), claim)?;
    let result = app.http.send(&request);
    crash::point(Point::DeliverSent);
    let status = record_result(&*app.store, &app.env(), claim, &result)?;
    crash::point(Point::DeliverConcluded);
    Ok(status)
}
