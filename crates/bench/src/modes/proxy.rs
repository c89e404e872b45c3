//! A database that is farther away: a proxy that delays each byte by half of the round trip.
//!
//! Each direction has a thread that reads and one that writes late. Threads sleep to within a tenth of a
//! millisecond, which the timers of tokio do not.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{BenchError, BenchResult};

/// Bytes, and when they are due.
type Packet = (Instant, Vec<u8>);

/// Starts a proxy to a Unix socket, which runs until the process ends. Returns its address.
pub(super) fn start(socket: &Path, one_way: Duration) -> BenchResult<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let listener = listener.map_err(BenchError::cannot("start a proxy"))?;
    let address = listener.local_addr();
    let socket: PathBuf = socket.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // A client whose database is gone sees its connection closed.
            let _ = connect(client, &socket, one_way);
        }
    });
    address.map_err(BenchError::cannot("start a proxy"))
}

fn connect(client: TcpStream, socket: &Path, one_way: Duration) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(socket)?;
    let (client_in, server_in) = (client.try_clone()?, server.try_clone()?);
    delay(client_in, one_way, move |bytes| {
        send(&server, bytes, |it| it.shutdown(Shutdown::Both))
    });
    delay(server_in, one_way, move |bytes| {
        send(&client, bytes, |it| it.shutdown(Shutdown::Both))
    });
    Ok(())
}

/// Writes bytes, or closes the stream at the end of the input.
fn send<S>(
    stream: &S,
    bytes: Option<&[u8]>,
    close: impl Fn(&S) -> std::io::Result<()>,
) -> std::io::Result<()>
where
    for<'a> &'a S: Write,
{
    match bytes {
        Some(bytes) => (&mut &*stream).write_all(bytes),
        None => close(stream),
    }
}

/// Hands on what is read, each piece as late as the delay says. Pieces do not wait for each other.
fn delay(
    mut from: impl Read + Send + 'static,
    one_way: Duration,
    to: impl Fn(Option<&[u8]>) -> std::io::Result<()> + Send + 'static,
) {
    let (sender, receiver): (Sender<Packet>, Receiver<Packet>) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let packet = (Instant::now() + one_way, buffer[..length].to_vec());
            if sender.send(packet).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        while let Ok((due, bytes)) = receiver.recv() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to(Some(&bytes)).is_err() {
                return;
            }
        }
        // The stream may be closed already.
        let _ = to(None);
    });
}
