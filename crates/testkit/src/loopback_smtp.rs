//! A mail server on loopback that takes what it is sent, or fails as it is told to.

mod mime;
mod session;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::mail_contract::{Arrived, Manner};

/// A message as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The address of `MAIL FROM`.
    pub sender: String,
    /// The addresses of `RCPT TO`.
    pub readers: Vec<String>,
    /// User and password, if the sender logged in.
    pub login: Option<(String, String)>,
    /// Headers, an empty line, the body.
    pub data: String,
}

impl Received {
    /// The values of a header, unfolded and decoded.
    pub fn header(&self, name: &str) -> Vec<String> {
        mime::Part::parse(&self.data).header(name)
    }

    /// The message as its reader gets it.
    pub fn read(&self) -> Arrived {
        let message = mime::Part::parse(&self.data);
        let header = |name: &str| message.header(name).join(", ");
        Arrived {
            message_id: header("message-id"),
            to: header("to"),
            reply_to: header("reply-to"),
            subject: header("subject"),
            text: message.content("text/plain").unwrap_or_default(),
            html: message.content("text/html").unwrap_or_default(),
        }
    }
}

/// A mail server on a free port of 127.0.0.1, without encryption. It stops when it is dropped.
#[derive(Debug)]
pub struct LoopbackSmtp {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    stopped: AtomicBool,
    login: Option<(String, String)>,
    state: Mutex<(Manner, Vec<Received>)>,
}

impl Shared {
    fn manner(&self) -> Manner {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn take(&self, received: Received) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.push(received);
    }
}

impl LoopbackSmtp {
    /// Starts a server that takes everything. Panics if there is no free port.
    pub fn start() -> Self {
        Self::serving(None)
    }

    /// Starts a server that takes what comes by this login alone.
    pub fn with_login(user: &str, password: &str) -> Self {
        Self::serving(Some((user.to_owned(), password.to_owned())))
    }

    fn serving(login: Option<(String, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            stopped: AtomicBool::new(false),
            login,
            state: Mutex::new((Manner::Taking, Vec::new())),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is like this.
    pub fn be(&self, manner: Manner) {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).0 = manner;
    }

    /// What it took so far.
    pub fn received(&self) -> Vec<Received> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl Drop for LoopbackSmtp {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // A client that hangs up ends its session; there is nobody to tell.
        thread::spawn(move || session::serve(stream, &shared).ok());
    }
}
