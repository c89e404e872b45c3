//! What the server sends back.

/// What the server does with every request, once it has read it.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A whole answer with its length.
    Answer(Answer),
    /// The same without a length: the body ends where the connection does.
    Unmeasured(Answer),
    /// A body that never ends.
    Endless,
    /// Nothing at all, on an open connection.
    Silence,
    /// A head that comes byte by byte and never ends.
    SlowHead,
    /// A body that comes byte by byte and never ends.
    SlowBody,
    /// A closed connection instead of an answer.
    Hangup,
    /// A closed connection in the middle of an answer.
    Truncated,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, but for the length.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer without headers of its own.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Answer {
    pub(super) fn to_bytes(&self, length: &str) -> Vec<u8> {
        let status = self.status;
        let headers = self.headers.iter();
        let headers: String = headers
            .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
            .collect();
        let head = format!("HTTP/1.1 {status} Told\r\nconnection: close\r\n{length}{headers}\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}
