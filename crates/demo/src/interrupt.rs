//! Stopping on a signal, so that what was started can be cleaned up.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use tokio::signal::unix::{SignalKind, signal};

/// The result of the work, or `None` if SIGINT or SIGTERM arrives first.
///
/// # Errors
/// Signals cannot be listened to.
pub(crate) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> io::Result<Option<T>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut work = pin!(work);
    Ok(poll_fn(|context| {
        if interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready() {
            return Poll::Ready(None);
        }
        work.as_mut().poll(context).map(Some)
    })
    .await)
}
