//! Waiting for what takes its time, but not for ever.

use std::time::{Duration, Instant};

use actix_web::rt::time;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::failure::{Failure, Outcome};
use crate::receiver::Delivery;

/// Nothing of the demo takes longer unless something is wrong.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(50);

/// Asks again and again until there is an answer.
///
/// # Errors
/// What the question fails with, or that the deadline passed.
pub(crate) async fn until<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let begun = Instant::now();
    while begun.elapsed() < DEADLINE {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        time::sleep(PAUSE).await;
    }
    Err(too_long(what))
}

/// The deliveries that came in and were not looked at yet.
pub(crate) struct Inbox(UnboundedReceiver<Delivery>);

impl Inbox {
    pub(crate) fn new(deliveries: UnboundedReceiver<Delivery>) -> Self {
        Self(deliveries)
    }

    /// The next delivery, once it comes.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn next(&mut self, what: &str) -> Outcome<Delivery> {
        let next = time::timeout(DEADLINE, self.0.recv()).await;
        next.ok().flatten().ok_or_else(|| too_long(what))
    }

    /// A delivery that has come already.
    pub(crate) fn waiting(&mut self) -> Option<Delivery> {
        self.0.try_recv().ok()
    }

    /// The next delivery, if it comes within `pause`.
    pub(crate) async fn within(&mut self, pause: Duration) -> Option<Delivery> {
        time::timeout(pause, self.0.recv()).await.ok().flatten()
    }
}

fn too_long(what: &str) -> Failure {
    Failure::new(format!(
        "waited {} seconds for {what}, in vain",
        DEADLINE.as_secs()
    ))
}
