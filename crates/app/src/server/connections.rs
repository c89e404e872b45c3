//! The open connections of the server, whose number is capped.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mintage_api::connection::Connection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The largest number of connections, if the process may open enough files.
const MAX_CONNECTIONS: u64 = 2048;

/// The number of files that stay free for databases, webhooks and mail.
const OTHER_FILES: u64 = 512;

/// The open connections. When all places are taken, the connection whose client the server waits for the
/// longest makes room for a new one.
#[derive(Debug)]
pub(super) struct Connections {
    max: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last_id: u64,
    by_id: HashMap<u64, Arc<Connection>>,
}

impl Connections {
    /// No open connections, and as many places as the process may open files for.
    pub(super) fn within_file_limit() -> Self {
        Self::with_capacity(usize::try_from(capacity()).unwrap_or(usize::MAX))
    }

    fn with_capacity(max: usize) -> Self {
        Self {
            max,
            open: Mutex::default(),
        }
    }

    /// Opens a connection; `None` if there is no place, because the server works for all clients.
    pub(super) fn open(self: &Arc<Self>) -> Option<OpenConnection> {
        let mut open = self.all();
        if open.by_id.len() >= self.max {
            let waiting = open.by_id.iter();
            let waiting = waiting.filter_map(|(id, it)| Some((it.waiting_since()?, *id)));
            let (_, slowest) = waiting.min()?;
            if let Some(evicted) = open.by_id.remove(&slowest) {
                evicted.evict();
            }
        }
        let id = open.last_id.wrapping_add(1);
        open.last_id = id;
        let connection = Arc::new(Connection::default());
        open.by_id.insert(id, Arc::clone(&connection));
        Some(OpenConnection {
            id,
            connection,
            connections: Arc::clone(self),
        })
    }

    fn all(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of connections that the file limit of the process allows. Raises the limit as far as needed
/// and permitted.
fn capacity() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = MAX_CONNECTIONS.saturating_add(OTHER_FILES);
    let mut files = limit.current.unwrap_or(u64::MAX);
    if files < wanted {
        let raised = wanted.min(limit.maximum.unwrap_or(u64::MAX));
        let current = Some(raised);
        if setrlimit(Resource::Nofile, Rlimit { current, ..limit }).is_ok() {
            files = raised;
        }
    }
    let others = OTHER_FILES.min(files / 2);
    files.saturating_sub(others).min(MAX_CONNECTIONS)
}

/// A place that a connection takes until this value is dropped.
#[derive(Debug)]
pub(super) struct OpenConnection {
    id: u64,
    connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Deref for OpenConnection {
    type Target = Arc<Connection>;

    fn deref(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.connections.all().by_id.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_connection_takes_the_place_of_the_one_that_waits_longest() {
        let connections = Arc::new(Connections::with_capacity(2));
        let [first, second] = [(); 2].map(|()| connections.open().expect("a place"));
        assert!(!first.is_evicted());
        first.record_progress();
        let third = connections.open().expect("the place of the second");
        assert!(second.is_evicted() && !first.is_evicted());
        drop(second);
        let fourth = connections.open().expect("the place of the first");
        assert!(first.is_evicted() && !third.is_evicted());
        drop((first, third));
        let _fifth = connections.open().expect("a free place");
        assert!(!fourth.is_evicted());
    }
}
