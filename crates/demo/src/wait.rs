//! Waiting with a deadline.

use std::time::{Duration, Instant};

use actix_web::rt::time;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::receiver::Delivery;
use crate::step_error::{StepError, StepResult};

/// How long a step may wait for one thing.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Calls `poll` until it returns a value.
///
/// # Errors
/// `poll` fails, or the deadline passes.
pub(crate) async fn wait_until<T>(
    what: &str,
    mut poll: impl AsyncFnMut() -> StepResult<Option<T>>,
) -> StepResult<T> {
    let start = Instant::now();
    while start.elapsed() < DEADLINE {
        if let Some(value) = poll().await? {
            return Ok(value);
        }
        time::sleep(POLL_INTERVAL).await;
    }
    Err(timed_out(what))
}

/// The deliveries that the receiver got and no step has taken yet.
pub(crate) struct Inbox(UnboundedReceiver<Delivery>);

impl Inbox {
    pub(crate) fn new(deliveries: UnboundedReceiver<Delivery>) -> Self {
        Self(deliveries)
    }

    /// Waits for the next delivery of an event, and passes over those of other events.
    ///
    /// # Errors
    /// The deadline passes.
    pub(crate) async fn next(&mut self, event: &str) -> StepResult<Delivery> {
        let next = async {
            loop {
                let delivery = self.0.recv().await?;
                if delivery.event()["event"] == event {
                    return Some(delivery);
                }
            }
        };
        let next = time::timeout(DEADLINE, next).await;
        next.ok().flatten().ok_or_else(|| timed_out(event))
    }

    /// Whether an event was delivered that no step has taken yet. Those of other events are passed over.
    pub(crate) fn has(&mut self, event: &str) -> bool {
        std::iter::from_fn(|| self.0.try_recv().ok())
            .any(|delivery| delivery.event()["event"] == event)
    }

    /// The next delivery, if there is one within `limit`.
    pub(crate) async fn next_within(&mut self, limit: Duration) -> Option<Delivery> {
        time::timeout(limit, self.0.recv()).await.ok().flatten()
    }
}

fn timed_out(what: &str) -> StepError {
    StepError::new(format!("waited {} seconds for {what}", DEADLINE.as_secs()))
}
