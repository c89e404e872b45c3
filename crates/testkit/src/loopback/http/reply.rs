//! The replies of the server.

/// What the server does with every request that it has read.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends a complete response with its length.
    Answer(Answer),
    /// Sends a complete response without a length: the body ends when the connection closes.
    Unmeasured(Answer),
    /// Sends a body that never ends.
    Endless,
    /// Sends nothing and keeps the connection open.
    Silence,
    /// Sends headers byte by byte, without end.
    SlowHead,
    /// Sends a body byte by byte, without end.
    SlowBody,
    /// Closes the connection without a response.
    Hangup,
    /// Closes the connection in the middle of a response.
    Truncated,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, apart from the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A response without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Adds a header.
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
        let head = format!("HTTP/1.1 {status} Test\r\nconnection: close\r\n{length}{headers}\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}
