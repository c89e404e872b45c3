//! Clients that occupy a server: buyers who wait for a Stripe that does not answer, and connections on which
//! a body was promised and nothing comes.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::data::sellers::Seller;
use crate::error::{BenchError, BenchResult};

/// How many connections send nothing. Every second has sent the head of a request.
pub(super) const IDLE: u64 = 300;

/// How many sellers have a Stripe that does not answer, and how many buyers each of them has.
const SELLERS: usize = 16;
const BUYERS: usize = 18;

/// The pause before a connection that was closed is opened again.
const PAUSE: Duration = Duration::from_millis(100);

/// The pause before a refused buyer tries again: buyers occupy the threads that wait for Stripe, and are not
/// many enough to be a load.
const BUYERS_PAUSE: Duration = Duration::from_secs(2);

/// How long a buyer waits for an answer before it looks whether to stop.
const PATIENCE: Duration = Duration::from_millis(500);

/// How many connections of a server the silent Stripe keeps open.
const KEPT: usize = 1_000;

/// Starts a Stripe that accepts connections and answers nothing, until the process ends.
pub(super) fn start_silent_stripe() -> BenchResult<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let listener = listener.map_err(BenchError::cannot("start a silent Stripe"))?;
    let address = listener.local_addr();
    thread::spawn(move || {
        let mut kept = VecDeque::new();
        for connection in listener.incoming().flatten() {
            kept.push_back(connection);
            if kept.len() > KEPT {
                kept.pop_front();
            }
        }
    });
    address.map_err(BenchError::cannot("start a silent Stripe"))
}

/// Running clients.
pub(super) struct SlowClients {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    address: SocketAddr,
    stopping: AtomicBool,
    /// How many connections that send nothing are open.
    idle: AtomicU64,
}

impl SlowClients {
    /// Starts the clients of these sellers.
    pub(super) fn start(address: SocketAddr, sellers: &[Seller]) -> Self {
        let shared = Arc::new(Shared {
            address,
            stopping: AtomicBool::new(false),
            idle: AtomicU64::new(0),
        });
        let buyers = sellers.iter().take(SELLERS).flat_map(|seller| {
            let request = checkout(seller);
            (0..BUYERS).map(move |_| request.clone())
        });
        let mut threads: Vec<JoinHandle<()>> = buyers
            .map(|request| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.buy(&request))
            })
            .collect();
        let head = sellers.first().map(promise).unwrap_or_default();
        let idle = Arc::clone(&shared);
        threads.push(thread::spawn(move || idle.hold(&head)));
        Self { shared, threads }
    }

    /// Stops the clients. Returns how many of the connections that send nothing were open.
    pub(super) fn stop(self) -> u64 {
        let idle = self.shared.idle.load(Ordering::SeqCst);
        self.shared.stopping.store(true, Ordering::SeqCst);
        for thread in self.threads {
            // A client that panicked has printed why.
            let _ = thread.join();
        }
        idle
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Opens checkouts, one after the other.
    fn buy(&self, request: &[u8]) {
        while !self.is_stopping() {
            // A refusal and a closed connection are what the server may answer.
            let _ = self.exchange(request);
            let again = Instant::now() + BUYERS_PAUSE;
            while Instant::now() < again && !self.is_stopping() {
                thread::sleep(PAUSE);
            }
        }
    }

    fn exchange(&self, request: &[u8]) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        let mut buffer = [0; 4096];
        while !self.is_stopping() {
            match stream.read(&mut buffer) {
                Err(error) if is_timeout(&error) => {}
                other => return other.map(drop),
            }
        }
        Ok(())
    }

    /// Keeps connections open on which nothing comes, and opens those again that the server closed.
    fn hold(&self, head: &[u8]) {
        let mut connections: Vec<TcpStream> = Vec::new();
        while !self.is_stopping() {
            connections.retain_mut(is_open);
            let open = u64::try_from(connections.len()).unwrap_or(u64::MAX);
            self.idle.store(open, Ordering::SeqCst);
            let new = (open..IDLE).map_while(|n| self.connect(if n % 2 == 0 { head } else { &[] }));
            connections.extend(new);
            thread::sleep(PAUSE);
        }
    }

    fn connect(&self, head: &[u8]) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.write_all(head).ok()?;
        stream.set_nonblocking(true).ok()?;
        Some(stream)
    }
}

/// Whether a connection waits: nothing was answered, and it is not closed.
fn is_open(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 16];
    stream
        .read(&mut buffer)
        .is_err_and(|error| is_timeout(&error))
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A checkout of a seller.
fn checkout(seller: &Seller) -> Vec<u8> {
    let body = r#"{"product_id":"pixel","key_type_id":"pro","success_url":"https://shop.example.com/thanks","cancel_url":"https://shop.example.com/cart"}"#;
    let mut request = head(seller, body.len());
    request.extend_from_slice(body.as_bytes());
    request
}

/// The head of a checkout whose body does not come.
fn promise(seller: &Seller) -> Vec<u8> {
    head(seller, 60_000)
}

fn head(seller: &Seller, length: usize) -> Vec<u8> {
    let (slug, key) = (&seller.slug, &seller.checkout_key);
    format!(
        "POST /api/{slug}/checkout HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes()
}
