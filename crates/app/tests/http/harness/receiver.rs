//! A tenant's webhook: keeps what it is sent, and answers as it is told to.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::wire::Message;

/// How a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With this status.
    Status(u16),
    /// With 503 and the header `Retry-After`, in seconds.
    Later(u32),
    /// Not at all, until the manner is another one.
    Hang,
    /// With these bytes, after which it hangs up.
    Raw(&'static str),
    /// With these bytes, after which nothing comes until the manner is another one.
    RawThenHang(&'static str),
}

struct State {
    manner: Manner,
    received: Vec<Message>,
    connections: usize,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A receiver at work; dropping it lets go whoever hangs on it.
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// One that says 200.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                manner: Manner::Status(200),
                received: Vec::new(),
                connections: 0,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let inner = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut state = inner.lock();
                if state.closed {
                    return;
                }
                state.connections = state.connections.saturating_add(1);
                drop(state);
                let shared = Arc::clone(&inner);
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks?of=acme", self.address)
    }

    pub(crate) fn answer(&self, manner: Manner) {
        self.shared.lock().manner = manner;
        self.shared.changed.notify_all();
    }

    /// All that came so far, oldest first.
    pub(crate) fn received(&self) -> Vec<Message> {
        self.shared.lock().received.clone()
    }

    /// How often somebody connected, whether or not they said anything.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lock().connections
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    // A sender that hangs up has nothing to be answered.
    let Ok(message) = Message::read(&stream, false) else {
        return;
    };
    let mut state = shared.lock();
    state.received.push(message);
    if let Manner::RawThenHang(bytes) = state.manner {
        // As above.
        let _ = stream.write_all(bytes.as_bytes());
    }
    while matches!(state.manner, Manner::Hang | Manner::RawThenHang(_)) && !state.closed {
        state = shared
            .changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner);
    }
    let (status, extra) = match state.manner {
        Manner::Status(status) => (status, String::new()),
        Manner::Later(seconds) => (503, format!("Retry-After: {seconds}\r\n")),
        Manner::Raw(bytes) => {
            // As above.
            let _ = stream.write_all(bytes.as_bytes());
            return;
        }
        Manner::Hang | Manner::RawThenHang(_) => return,
    };
    drop(state);
    let answer = format!(
        "HTTP/1.1 {status} So\r\nConnection: close\r\n{extra}Content-Length: 6\r\n\r\nheard\n"
    );
    // As above.
    let _ = stream.write_all(answer.as_bytes());
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        // Wakes the listener, which then sees that it is closed.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            // A listener that panicked has stopped as well.
            let _ = thread.join();
        }
    }
}
