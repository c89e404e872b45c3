//! The slots of this node, shared by the attempts that hold them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mintage_domain::model::outbox::delivery::Claim;
use mintage_domain::model::outbox::endpoint_health::RESPONSE_TIME;
use mintage_domain::usecase::outbox::deliver::record_wait;
use mintage_domain::usecase::outbox::slots::{SLOW_AFTER, Slots};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::blocking::blocking;

/// The slots of this node.
#[derive(Debug, Default)]
pub(super) struct SlotPool {
    slots: Mutex<Slots>,
    released: Notify,
}

impl SlotPool {
    /// A copy of the slots as they are now.
    pub(super) fn now(&self) -> Slots {
        *self.slots()
    }

    /// Holds a slot for an attempt until the sender of `ended` is dropped. Notifies the delivery worker
    /// of each slot that becomes free.
    pub(super) fn hold(
        self: &Arc<Self>,
        app: &Arc<App>,
        claim: Arc<Claim>,
        mut ended: oneshot::Receiver<()>,
    ) {
        let (pool, app) = (Arc::clone(self), Arc::clone(app));
        let mut slot = pool.slots().take(claim.endpoint.lane());
        tokio::spawn(async move {
            let started_at = Instant::now();
            let mut is_recorded = false;
            while timeout(SLOW_AFTER, &mut ended).await.is_err() {
                pool.slots().move_slow(&mut slot);
                app.deliveries_due.notify_one();
                if !is_recorded && started_at.elapsed() >= RESPONSE_TIME {
                    is_recorded = true;
                    note_wait(&app, Arc::clone(&claim)).await;
                }
            }
            pool.slots().release(slot);
            pool.released.notify_one();
            app.deliveries_due.notify_one();
        });
    }

    /// Waits until no attempt holds a slot.
    pub(super) async fn drained(&self) {
        while !self.now().is_empty() {
            self.released.notified().await;
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records that the attempt has had no answer in time.
async fn note_wait(app: &Arc<App>, claim: Arc<Claim>) {
    let id = claim.delivery.id.clone();
    let recorded = blocking(app, move |app| record_wait(&*app.store, &app.env(), &claim));
    match recorded.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(delivery = %id, cause = %error, "could not record a slow endpoint");
        }
        Err(error) => {
            tracing::warn!(delivery = %id, cause = %error, "could not record a slow endpoint");
        }
    }
}
