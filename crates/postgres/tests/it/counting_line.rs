//! A line to the server that counts what a client sends.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

const SOCKET: &str = ".s.PGSQL.5432";

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sent {
    /// How often the client waited for an answer.
    pub(crate) round_trips: usize,
    /// How many statements the server parsed for the extended protocol.
    pub(crate) parses: usize,
    /// How many connections were opened.
    pub(crate) connections: usize,
}

/// A socket that passes everything on to a server, and counts.
pub(crate) struct CountingLine {
    dir: TempDir,
    sent: Arc<Mutex<Sent>>,
}

impl CountingLine {
    /// A line to the server whose socket is in this directory.
    pub(crate) fn to(server: &Path) -> Self {
        let dir = TempDir::new().unwrap();
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        let sent = Arc::new(Mutex::new(Sent::default()));
        let (server, counted) = (server.join(SOCKET), Arc::clone(&sent));
        // Ends with the test process: it waits for callers until then.
        thread::spawn(move || {
            for caller in listener.incoming() {
                pass_on(caller.unwrap(), &server, &counted);
            }
        });
        Self { dir, sent }
    }

    /// The directory that stands for the server's.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What was sent since this was asked last.
    pub(crate) fn take(&self) -> Sent {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn pass_on(caller: UnixStream, server: &PathBuf, sent: &Arc<Mutex<Sent>>) {
    sent.lock().unwrap().connections += 1;
    let server = UnixStream::connect(server).unwrap();
    let (mut answers, mut to_caller) = (server.try_clone().unwrap(), caller.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut to_caller);
        let _ = to_caller.shutdown(Shutdown::Both);
    });
    let sent = Arc::clone(sent);
    thread::spawn(move || {
        let _ = forward(caller, server, &sent);
    });
}

/// Passes messages on one by one. The first has no type; all others start with one.
fn forward(mut from: UnixStream, mut to: UnixStream, sent: &Mutex<Sent>) -> std::io::Result<()> {
    let mut first = true;
    loop {
        let mut kind = [0];
        if !first {
            from.read_exact(&mut kind)?;
        }
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        from.read_exact(&mut body)?;
        {
            let mut sent = sent.lock().unwrap();
            match kind[0] {
                // A simple query, or the end of a series of messages.
                b'Q' | b'S' => sent.round_trips += 1,
                b'P' => sent.parses += 1,
                _ => {}
            }
        }
        let mut message = Vec::new();
        if !first {
            message.push(kind[0]);
        }
        message.extend(length);
        message.extend(body);
        to.write_all(&message)?;
        first = false;
    }
}
