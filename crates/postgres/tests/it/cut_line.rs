//! A line to the server that can be cut while COMMIT is under way.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use tempfile::TempDir;

/// When the line is cut, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cut {
    /// Not at all.
    Never = 0,
    /// Before the server receives the next COMMIT.
    BeforeCommit = 1,
    /// After the server has answered it, before the answer arrives.
    AfterCommit = 2,
}

/// A socket that passes everything on to a server, until a test cuts the connection.
pub(crate) struct CutLine {
    dir: TempDir,
    cut: Arc<AtomicU8>,
}

const SOCKET: &str = ".s.PGSQL.5432";

impl CutLine {
    /// A line to the server whose socket is in this directory.
    pub(crate) fn to(server: &Path) -> Self {
        let dir = TempDir::new().unwrap();
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        let cut = Arc::new(AtomicU8::new(Cut::Never as u8));
        let (server, order) = (server.join(SOCKET), Arc::clone(&cut));
        // Ends with the test process: it waits for callers until then.
        thread::spawn(move || {
            for caller in listener.incoming() {
                pass_on(caller.unwrap(), &server, &order);
            }
        });
        Self { dir, cut }
    }

    /// The directory that stands for the server's.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn cut_once(&self, when: Cut) {
        self.cut.store(when as u8, Ordering::SeqCst);
    }

    pub(crate) fn was_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst) == Cut::Never as u8
    }
}

fn pass_on(caller: UnixStream, server: &PathBuf, order: &Arc<AtomicU8>) {
    let Ok(server) = UnixStream::connect(server) else {
        return;
    };
    let (answers, to_caller) = (server.try_clone().unwrap(), caller.try_clone().unwrap());
    thread::spawn(move || copy(answers, to_caller));
    let order = Arc::clone(order);
    thread::spawn(move || forward(caller, server, &order));
}

/// From the server to the caller, until either is gone.
fn copy(mut from: UnixStream, mut to: UnixStream) {
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// From the caller to the server, with an eye on COMMIT.
fn forward(mut from: UnixStream, mut to: UnixStream, order: &AtomicU8) {
    let mut buffer = vec![0; 65536];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let is_commit = buffer[..n].windows(7).any(|word| word == b"COMMIT\0");
        let cut = if is_commit {
            order.swap(Cut::Never as u8, Ordering::SeqCst)
        } else {
            Cut::Never as u8
        };
        if cut == Cut::BeforeCommit as u8 {
            break;
        }
        if cut == Cut::AfterCommit as u8 {
            // No answer can reach the caller any more; the server still receives what was sent.
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.write_all(&buffer[..n]);
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
