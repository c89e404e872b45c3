//! The socket of a client, which is closed when the client is too slow.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use actix_web::rt::net::TcpStream;
use mintage_api::connection::Connection;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connections::OpenConnection;

/// How long the server waits for a request on an open connection. Longer than a body may take.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// How long a client may take nothing of an answer.
const MAX_STALL: Duration = Duration::from_secs(10);

/// The bytes a second that a client must take of an answer on average, once the socket is full.
const MIN_RATE: u64 = 4096;

/// How often a connection looks whether its client is too slow.
const TICK: Duration = Duration::from_secs(3);

/// A socket that fails when its client is too slow, or when its place is needed.
pub(super) struct GuardedIo {
    io: TcpStream,
    place: OpenConnection,
    /// Set while the socket takes no more bytes.
    stalled: Option<Stall>,
    tick: Pin<Box<Sleep>>,
}

/// An answer that the client does not take as fast as the server writes it.
#[derive(Debug, Clone, Copy)]
struct Stall {
    since: Instant,
    /// The bytes that the client took since.
    taken: u64,
}

impl Stall {
    fn is_over_limit(self, now: Instant) -> bool {
        let allowed = MAX_STALL.saturating_add(Duration::from_secs(self.taken / MIN_RATE));
        now.saturating_duration_since(self.since) > allowed
    }
}

impl GuardedIo {
    pub(super) fn new(io: TcpStream, place: OpenConnection) -> Self {
        Self {
            io,
            place,
            stalled: None,
            tick: Box::pin(sleep(TICK)),
        }
    }

    /// The connection, for the requests that it carries.
    pub(super) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.place)
    }

    /// Fails if the connection must end. Otherwise wakes the task at the next tick.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.place.set_waker(cx.waker());
        if self.place.is_evicted() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        while self.tick.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let waiting = self.place.waiting_since();
            let is_idle = waiting.is_some_and(|it| now.saturating_duration_since(it) > MAX_WAIT);
            if is_idle || self.stalled.is_some_and(|stall| stall.is_over_limit(now)) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.tick.set(sleep(TICK));
        }
        Ok(())
    }

    fn record_write(&mut self, written: usize) {
        self.place.record_progress();
        if let Some(stall) = &mut self.stalled {
            let written = u64::try_from(written).unwrap_or(u64::MAX);
            stall.taken = stall.taken.saturating_add(written);
        }
    }
}

impl AsyncRead for GuardedIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for GuardedIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        match &written {
            Poll::Ready(Ok(written)) => self.record_write(*written),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.stalled.get_or_insert(Stall {
                    since: Instant::now(),
                    taken: 0,
                });
                self.check(cx)?;
            }
        }
        written
    }

    /// Called when all bytes of an answer are written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.stalled = None;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_must_take_something_within_ten_seconds_and_four_kilobytes_a_second() {
        let since = Instant::now();
        for (taken, seconds, is_over) in [
            (0, 10, false),
            (0, 11, true),
            (4_095, 11, true),
            (4_096, 11, false),
            (4_096 * 60, 70, false),
            (4_096 * 60, 71, true),
        ] {
            let stall = Stall { since, taken };
            let now = since + Duration::from_secs(seconds);
            assert_eq!(stall.is_over_limit(now), is_over, "{taken} in {seconds} s");
        }
    }
}
