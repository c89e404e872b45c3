//! The mail server.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::thread::JoinHandle;

use crate::loopback::smtp::manner::Manner;
use crate::loopback::smtp::received::Received;
use crate::loopback::smtp::session;
use crate::loopback::smtp::shared::Shared;

/// A mail server on a free port of 127.0.0.1, without encryption. The server stops when it is
/// dropped.
#[derive(Debug)]
pub struct LoopbackSmtp {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl LoopbackSmtp {
    /// Starts a server that accepts every message. Panics if there is no free port.
    pub fn start() -> Self {
        Self::serving(None)
    }

    /// Starts a server that accepts messages only from clients with this login.
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

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how the server behaves from now on.
    pub fn be(&self, manner: Manner) {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).0 = manner;
    }

    /// The messages that the server accepted, oldest first.
    pub fn received(&self) -> Vec<Received> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl Drop for LoopbackSmtp {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // This connection wakes the thread that waits for one.
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
        // The session ends when the client hangs up; its error is of no interest.
        thread::spawn(move || session::serve(stream, &shared).ok());
    }
}
