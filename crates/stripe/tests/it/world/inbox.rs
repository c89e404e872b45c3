//! A webhook receiver that says yes to everything.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

pub(crate) struct Inbox {
    url: String,
    letters: Receiver<Letter>,
}

/// One webhook as it arrived.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) signature: String,
    /// When the header says it was sent.
    pub(crate) seconds: i64,
    pub(crate) body: Vec<u8>,
}

impl Inbox {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, letters) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The test may be over, and with it the interest in letters.
                let _ = sender.send(receive(stream));
            }
        });
        Self {
            url: format!("http://{address}/"),
            letters,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The next letter, which must come within seconds.
    pub(crate) fn next(&self) -> Letter {
        let letter = self.letters.recv_timeout(Duration::from_secs(10));
        letter.expect("a webhook")
    }
}

fn receive(stream: TcpStream) -> Letter {
    let mut stream = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line");
        if line.trim().is_empty() {
            break;
        }
        head.push(line);
    }
    let header = |wanted: &str| {
        head.iter()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
            .expect(wanted)
    };
    let length = header("content-length").parse().expect("a length");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    stream
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .expect("a listener");
    let signature = header("stripe-signature");
    let time = signature
        .split(',')
        .find_map(|part| part.strip_prefix("t="));
    Letter {
        seconds: time.expect("a time").parse().expect("seconds"),
        signature,
        body,
    }
}
