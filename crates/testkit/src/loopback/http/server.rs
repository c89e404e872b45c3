//! The HTTP server.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::loopback::http::reply::Reply;
use crate::loopback::http::request::{ReceivedRequest, parse};

/// The interval at which a waiting thread checks whether the server has stopped, and at which a
/// slow response sends one more byte.
const TICK: Duration = Duration::from_millis(10);

/// A server on a free port of 127.0.0.1. The server reads requests whose body has a length, one for
/// each connection, and stops when it is dropped.
#[derive(Debug)]
pub struct LoopbackServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    reply: Reply,
    stopped: AtomicBool,
    received: Mutex<Vec<ReceivedRequest>>,
}

impl LoopbackServer {
    /// Starts a server that answers every request with this reply. Panics if there is no free port.
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            reply,
            stopped: AtomicBool::new(false),
            received: Mutex::default(),
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

    /// A URL on this server; the path begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that the server received, oldest first.
    pub fn received(&self) -> Vec<ReceivedRequest> {
        let received = self.shared.received.lock();
        received.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // This connection wakes the thread that waits for one. The connection fails if that thread
        // has ended already.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            // The panic of that thread was printed there.
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Shared) {
    thread::scope(|connections| {
        for connection in listener.incoming() {
            if shared.is_stopped() {
                return;
            }
            if let Ok(connection) = connection {
                // The client may close the connection at any time.
                connections.spawn(move || shared.serve(connection).ok());
            }
        }
    });
}

impl Shared {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn serve(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(TICK))?;
        let Some(request) = self.read_request(&mut connection)? else {
            return Ok(());
        };
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.push(request);
        drop(received);
        match &self.reply {
            Reply::Answer(answer) => {
                let length = format!("content-length: {}\r\n", answer.body.len());
                connection.write_all(&answer.to_bytes(&length))?;
            }
            Reply::Unmeasured(answer) => connection.write_all(&answer.to_bytes(""))?,
            Reply::Endless => {
                connection.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
                while !self.is_stopped() {
                    connection.write_all(&[b'x'; 1024])?;
                }
            }
            Reply::Silence => self.drip(&mut connection, b"", b"")?,
            Reply::SlowHead => self.drip(&mut connection, b"HTTP/1.1 200 OK\r\nx: ", b"x")?,
            Reply::SlowBody => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
                self.drip(&mut connection, head, b"x")?;
            }
            Reply::Hangup => {}
            Reply::Truncated => {
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")?;
            }
        }
        connection.shutdown(Shutdown::Both)
    }

    fn drip(&self, connection: &mut TcpStream, head: &[u8], drop: &[u8]) -> io::Result<()> {
        connection.write_all(head)?;
        while !self.is_stopped() {
            thread::sleep(TICK);
            connection.write_all(drop)?;
        }
        Ok(())
    }

    /// Reads one request. Returns `None` if the server stops or the client closes the connection
    /// before the request is complete.
    fn read_request(&self, connection: &mut TcpStream) -> io::Result<Option<ReceivedRequest>> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        while !self.is_stopped() {
            match connection.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(n) => bytes.extend_from_slice(&buffer[..n]),
                Err(error) if is_tick(&error) => {}
                Err(error) => return Err(error),
            }
            if let Some(request) = parse(&bytes) {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }
}

fn is_tick(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::http::reply::Answer;

    /// Sends a request and reads until the server closes the connection.
    fn exchange(server: &LoopbackServer, request: &[u8]) -> String {
        let mut connection = TcpStream::connect(server.address).expect("it listens");
        // The request is sent in two parts, because a request may arrive in pieces.
        let (first, rest) = request.split_at(request.len() / 2);
        connection.write_all(first).expect("it reads");
        thread::sleep(TICK * 2);
        connection.write_all(rest).expect("it reads");
        let mut answer = String::new();
        // The server may close the connection with a reset; the bytes read until then count.
        let _ = connection.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn it_sends_its_reply_and_records_the_request() {
        let answer = Answer::new(418, "short and stout").header("X-Tea", "green");
        let server = LoopbackServer::start(Reply::Answer(answer));
        let response = exchange(
            &server,
            b"POST /pot?lid=1 HTTP/1.1\r\nHost: x\r\nA: 1\r\na:2\r\nContent-Length: 4\r\n\r\nbody",
        );
        assert!(response.starts_with("HTTP/1.1 418 "), "{response}");
        assert!(response.contains("\r\nX-Tea: green\r\n"), "{response}");
        assert!(response.ends_with("\r\n\r\nshort and stout"), "{response}");
        let received = server.received();
        assert_eq!(received.len(), 1);
        assert_eq!(
            (&*received[0].method, &*received[0].target),
            ("POST", "/pot?lid=1")
        );
        assert_eq!(received[0].header("a"), ["1", "2"]);
        assert_eq!(received[0].body, b"body");
    }

    #[test]
    fn it_hangs_up_and_truncates_when_the_reply_says_so() {
        for (reply, answer) in [
            (Reply::Hangup, ""),
            (
                Reply::Truncated,
                "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
            ),
        ] {
            let server = LoopbackServer::start(reply);
            assert_eq!(exchange(&server, b"GET / HTTP/1.1\r\n\r\n"), answer);
        }
    }
}
