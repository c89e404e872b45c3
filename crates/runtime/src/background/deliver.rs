//! Claims due deliveries and sends each on a thread of its own. The slots of a node see to it that
//! endpoints that hang delay no other delivery.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::outbox::delivery::{Claim, DeliveryStatus};
use mintage_domain::ports::ClaimLimits;
use mintage_domain::usecase::outbox::deliver::{
    DeliverError, LEASE, MAX_CONCURRENT_PER_ENDPOINT, record_result, record_unsent, request,
};
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use super::error::WorkerError;
use super::gather::Gather;
use super::slot_pool::SlotPool;
use crate::app::App;
use crate::blocking::blocking;
use crate::crash::{self, Point};
use crate::metrics::Worker;

/// How often the worker looks without a notice: for retries, and for what other nodes queued.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The status of an endpoint that wants no more events.
const GONE: u16 = 410;

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let pool = Arc::new(SlotPool::default());
    let mut gather = Gather::default();
    while !*stopped.borrow() {
        gather.wait().await;
        let claimed = claim(&app, &pool).await;
        let (metrics, now) = (&app.metrics, app.clock.now());
        metrics.worker_ran(Worker::Deliver, claimed.is_ok(), now);
        let has_more = match claimed {
            Ok(has_more) => has_more,
            Err(error) => {
                tracing::warn!(cause = %error, "could not claim deliveries");
                false
            }
        };
        if !has_more {
            tokio::select! {
                () = app.deliveries_due.notified() => {}
                () = sleep(POLL_INTERVAL) => {}
                _ = stopped.changed() => {}
            }
        }
    }
    pool.drained().await;
}

/// Claims as many deliveries as there are free slots; true if there may be more.
async fn claim(app: &Arc<App>, pool: &Arc<SlotPool>) -> Result<bool, WorkerError> {
    let slots = pool.now();
    let (responsive, unresponsive) = (slots.free_responsive(), slots.free_slow());
    if responsive == 0 && unresponsive == 0 {
        return Ok(false);
    }
    let claimed = blocking(app, move |app| {
        app.store.claim(&ClaimLimits {
            now: app.clock.now(),
            responsive,
            unresponsive,
            per_lane: MAX_CONCURRENT_PER_ENDPOINT,
            lease: LEASE,
        })
    })
    .await??;
    for error in &claimed.unreadable {
        tracing::error!(cause = %error, "cannot read a delivery; it is set aside for an hour");
    }
    crash_after_claim(&claimed.leased);
    for claim in claimed.leased {
        if claim.delivery.attempts <= 1 {
            let waited = app.clock.now().since(claim.delivery.created_at);
            app.metrics.first_delivery_attempt(waited);
        }
        let claim = Arc::new(claim);
        let (ended, end) = oneshot::channel();
        pool.hold(app, Arc::clone(&claim), end);
        let app = Arc::clone(app);
        // Not on the blocking pool: slow receivers must not occupy the threads that requests need for the
        // store.
        let attempt = move || {
            attempt(&app, &claim);
            drop(ended);
        };
        let spawned = std::thread::Builder::new()
            .name("mintage-deliver".into())
            .spawn(attempt);
        if let Err(error) = spawned {
            // When the lease ends, the delivery is due again.
            tracing::error!(cause = %error, "could not start a thread for a delivery");
        }
    }
    Ok(claimed.has_more)
}

fn crash_after_claim(claims: &[Claim]) {
    if !claims.is_empty() {
        crash::point(Point::DeliverClaimed);
    }
}

fn attempt(app: &App, claim: &Claim) {
    let id = &claim.delivery.id;
    let sent = send(app, claim);
    app.metrics.attempted_delivery(sent.as_ref().ok().copied());
    match sent {
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
    let request = match request(&app.env(), claim) {
        Ok(request) => request,
        Err(error) => {
            let id = &claim.delivery.id;
            tracing::error!(delivery = %id, cause = %error, "the delivery cannot be sent");
            return record_unsent(&*app.store, &app.env(), claim, &error);
        }
    };
    let result = app.http.send(&request);
    crash::point(Point::DeliverSent);
    let status = record_result(&*app.store, &app.env(), claim, &result)?;
    crash::point(Point::DeliverConcluded);
    if result.is_ok_and(|answer| answer.status == GONE) {
        let (delivery, tenant) = (&claim.delivery.id, &claim.delivery.tenant);
        tracing::warn!(%delivery, %tenant, "the endpoint is gone; nothing more is sent to it");
    }
    // The endpoint may have been paused just now, about which the seller gets a mail.
    if !matches!(status, DeliveryStatus::Delivered) {
        app.mails_due.notify_one();
    }
    Ok(status)
}
