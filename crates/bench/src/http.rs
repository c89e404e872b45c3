//! A blocking HTTP client for what is not measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use crate::error::{BenchError, BenchResult};

/// A connection that is kept open.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> BenchResult<Self> {
        let stream = TcpStream::connect(address)
            .map_err(BenchError::cannot(&format!("connect to {address}")))?;
        // Requests are small and wait for their answers.
        let _ = stream.set_nodelay(true);
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends the bytes of a request and reads the answer.
    pub(crate) fn send(&mut self, request: &[u8]) -> BenchResult<Answer> {
        self.exchange(request)
            .map_err(BenchError::cannot("send a request"))
    }

    /// Posts a body with further header lines, and returns the JSON of an answer of status 2xx.
    pub(crate) fn post(&mut self, path: &str, headers: &str, body: &str) -> BenchResult<Value> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        let answer = self.send(request.as_bytes())?;
        if !(200..300).contains(&answer.status) {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(BenchError::new(format!(
                "{path} answered {}: {body}",
                answer.status
            )));
        }
        serde_json::from_slice(&answer.body).map_err(BenchError::cannot("read an answer"))
    }

    fn exchange(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.get_mut().write_all(request)?;
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if status == 0 {
                let code = text.split(' ').nth(1).and_then(|code| code.parse().ok());
                status = code.ok_or_else(|| std::io::Error::other("no status line"))?;
            } else if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body })
    }
}
