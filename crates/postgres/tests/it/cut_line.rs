//! A line to the server that can be cut while COMMIT is under way.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex};
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
    /// Never: from the next COMMIT on, the line passes nothing on until it is released.
    Stopped = 3,
}

/// A socket that passes everything on to a server, until a test cuts or stops the connection.
pub(crate) struct CutLine {
    dir: TempDir,
    order: Arc<Order>,
}

/// What a test has told the line to do.
#[derive(Default)]
struct Order {
    cut: AtomicU8,
    stopped: Mutex<bool>,
    released: Condvar,
}

impl Order {
    /// Waits while the line is stopped.
    fn pass(&self) {
        let stopped = self.stopped.lock().unwrap();
        drop(
            self.released
                .wait_while(stopped, |stopped| *stopped)
                .unwrap(),
        );
    }

    fn stop(&self) {
        *self.stopped.lock().unwrap() = true;
    }
}

const SOCKET: &str = ".s.PGSQL.5432";

impl CutLine {
    /// A line to the server whose socket is in this directory.
    pub(crate) fn to(server: &Path) -> Self {
        let dir = TempDir::new().unwrap();
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        let order = Arc::new(Order::default());
        let (server, ordered) = (server.join(SOCKET), Arc::clone(&order));
        // Ends with the test process: it waits for callers until then.
        thread::spawn(move || {
            for caller in listener.incoming() {
                pass_on(caller.unwrap(), &server, &ordered);
            }
        });
        Self { dir, order }
    }

    /// The directory that stands for the server's.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn cut_once(&self, when: Cut) {
        self.order.cut.store(when as u8, Ordering::SeqCst);
    }

    /// Passes nothing on until the line is released.
    pub(crate) fn stop(&self) {
        self.order.stop();
    }

    /// Lets a stopped line pass on what waits.
    pub(crate) fn release(&self) {
        *self.order.stopped.lock().unwrap() = false;
        self.order.released.notify_all();
    }

    pub(crate) fn was_cut(&self) -> bool {
        self.order.cut.load(Ordering::SeqCst) == Cut::Never as u8
    }
}

fn pass_on(caller: UnixStream, server: &PathBuf, order: &Arc<Order>) {
    let Ok(server) = UnixStream::connect(server) else {
        return;
    };
    let (answers, to_caller) = (server.try_clone().unwrap(), caller.try_clone().unwrap());
    let (there, back) = (Arc::clone(order), Arc::clone(order));
    thread::spawn(move || copy(answers, to_caller, &back));
    thread::spawn(move || forward(caller, server, &there));
}

/// From the server to the caller, until either is gone.
fn copy(mut from: UnixStream, mut to: UnixStream, order: &Order) {
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        order.pass();
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// From the caller to the server, with an eye on COMMIT.
fn forward(mut from: UnixStream, mut to: UnixStream, order: &Order) {
    let mut buffer = vec![0; 65536];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let is_commit = buffer[..n].windows(7).any(|word| word == b"COMMIT\0");
        let cut = if is_commit {
            order.cut.swap(Cut::Never as u8, Ordering::SeqCst)
        } else {
            Cut::Never as u8
        };
        if cut == Cut::BeforeCommit as u8 {
            break;
        }
        if cut == Cut::Stopped as u8 {
            order.stop();
        }
        order.pass();
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
