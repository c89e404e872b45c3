//! Ending when the person wants it, and still tidying up.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use tokio::signal::unix::{SignalKind, signal};

/// What the work comes to, or `None` when Ctrl-C or a request to terminate came first.
///
/// # Errors
/// When signals cannot be listened to.
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
