//! The state of a client's connection: whether the server waits for the client, and since when.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// A connection of a client. The server closes it when the client is slow, or when another client needs its
/// place.
#[derive(Debug, Default)]
pub struct Connection(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Since when the server waits for the client; `None` while the server works on a request.
    waiting_since: Option<Instant>,
    is_evicted: bool,
    /// Wakes the task of the connection.
    waker: Option<Waker>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            waiting_since: Some(Instant::now()),
            is_evicted: false,
            waker: None,
        }
    }
}

impl Connection {
    /// Since when the server waits for the client; `None` while the server works on a request.
    pub fn waiting_since(&self) -> Option<Instant> {
        self.state().waiting_since
    }

    /// Whether the connection must give up its place.
    pub fn is_evicted(&self) -> bool {
        self.state().is_evicted
    }

    /// Has the connection closed by its task.
    pub fn evict(&self) {
        let mut state = self.state();
        state.is_evicted = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Sets what wakes the task of the connection.
    pub fn set_waker(&self, waker: &Waker) {
        let mut state = self.state();
        match &mut state.waker {
            Some(known) => known.clone_from(waker),
            None => state.waker = Some(waker.clone()),
        }
    }

    /// The client took a part of an answer, so the wait for the client begins again.
    pub fn record_progress(&self) {
        let mut state = self.state();
        if state.waiting_since.is_some() {
            state.waiting_since = Some(Instant::now());
        }
    }

    /// The server works on a request.
    pub(crate) fn work(&self) {
        self.state().waiting_since = None;
    }

    /// The server waits for the client.
    pub(crate) fn wait(&self) {
        self.state().waiting_since = Some(Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
