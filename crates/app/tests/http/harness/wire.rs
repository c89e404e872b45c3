//! HTTP/1.1 over a plain socket, one call a connection: enough to speak to the server, to the
//! simulator, and to be a webhook receiver, and to see every byte of it.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Longer than anything here may take; a test that waits so long has found a hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request or an answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The request line or the status line.
    pub(crate) first: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Reads one; an answer without a length ends with its connection.
    pub(crate) fn read(stream: &TcpStream, is_answer: bool) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let message = Self::read_head(&mut reader)?;
        message.read_body(&mut reader, is_answer)
    }

    /// Reads the first line and the headers, which are all of an answer to HEAD.
    fn read_head(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut line = || -> io::Result<String> {
            let mut line = String::new();
            match reader.read_line(&mut line)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line.trim_end().to_owned()),
            }
        };
        let first = line()?;
        let mut headers = Vec::new();
        loop {
            let line = line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Self {
            first,
            headers,
            body: Vec::new(),
        })
    }

    fn read_body(mut self, reader: &mut impl BufRead, is_answer: bool) -> io::Result<Self> {
        match self.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(io::Error::other)?;
                self.body = vec![0; length];
                reader.read_exact(&mut self.body)?;
            }
            None if self.header("transfer-encoding") == Some("chunked") => {
                self.body = read_chunks(reader)?;
            }
            None if is_answer => {
                reader.read_to_end(&mut self.body)?;
            }
            None => {}
        }
        Ok(self)
    }

    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// Reads a body that is sent in chunks. A body that ends before its last chunk is an error.
fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim_end(), 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

/// A request to send.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    /// The same to another path.
    pub(crate) fn to(self, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { path, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn bearer(self, credential: &str) -> Self {
        self.header("Authorization", format!("Bearer {credential}"))
    }

    /// What it presents as its bearer.
    pub(crate) fn credential(&self) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization");
        found
            .and_then(|(_, value)| value.strip_prefix("Bearer "))
            .filter(|credential| credential.len() > 8)
    }

    pub(crate) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", kind)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn form(self, fields: &[(String, String)]) -> Self {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
            .collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }

    fn bytes(&self, to: SocketAddr) -> Vec<u8> {
        let (method, path, length) = (self.method, &self.path, self.body.len());
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: {length}\r\n"
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// The characters that a form or a query must escape: all but the unreserved ones.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes a text for a form or a query.
pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, &ESCAPED).to_string()
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) message: Message,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.message.header(name)
    }

    pub(crate) fn text(&self) -> &str {
        self.message.text()
    }

    pub(crate) fn json(&self) -> Value {
        self.message.json()
    }

    /// The body of an answer that must have this status.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The status and the code of an error; `("", 200)` is none.
    pub(crate) fn error(&self) -> (u16, String) {
        let code = serde_json::from_slice::<Value>(&self.message.body)
            .ok()
            .and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
        (self.status, code.unwrap_or_default())
    }

    /// The fields that an error's details name.
    pub(crate) fn bad_fields(&self) -> Vec<String> {
        let body = self.json();
        let details = body["error"]["details"].as_array().cloned();
        let details = details.unwrap_or_default();
        details
            .iter()
            .map(|detail| {
                assert!(
                    detail["message"]
                        .as_str()
                        .is_some_and(|said| !said.is_empty())
                );
                detail["path"].as_str().expect("a path").to_owned()
            })
            .collect()
    }
}

/// Somebody who listens on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Peer {
    /// Calls and waits for the answer, which must come.
    pub(crate) fn call(self, request: &Request) -> Answer {
        self.try_call(request)
            .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    /// Calls and waits for the answer.
    pub(crate) fn try_call(self, request: &Request) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.0)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // Who refuses a body early closes while it is still being written; the answer is there.
        let written = stream.write_all(&request.bytes(self.0));
        let message = match request.method {
            "HEAD" => Message::read_head(&mut BufReader::new(&stream))?,
            _ => Message::read(&stream, true)?,
        };
        let status = message.first.split(' ').nth(1).map(str::parse);
        match status {
            Some(Ok(status)) => Ok(Answer { status, message }),
            _ => written.and(Err(io::ErrorKind::InvalidData.into())),
        }
    }
}

/// Whose a loopback URL is, and its path with the query.
pub(crate) fn split(url: &str) -> (Peer, String) {
    let rest = url.strip_prefix("http://").expect("an http URL");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let address = authority.parse().expect("an address and port");
    (Peer(address), path.to_owned())
}
