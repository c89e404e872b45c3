use std::fmt;
use std::time::Duration;

use crate::base::secret::Secret;

/// Outbound HTTP.
///
/// An adapter MUST end within the request's deadline (`ends_at_the_deadline`), MUST NOT follow
/// redirects (`follows_no_redirect`), MUST NOT read more than `max_answer` bytes
/// (`refuses_an_oversized_answer`), and MUST return any status as an answer, not an error
/// (`returns_every_status`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Http: Send + Sync {
    /// Sends one request and reads the whole answer.
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// A request. Its `Debug` shows no body: some carry authorization codes and license keys.
#[derive(Clone)]
pub struct HttpRequest {
    /// Its method.
    pub method: Method,
    /// The absolute URL; no secrets belong in it.
    pub url: String,
    /// Header names and values that may be shown.
    pub headers: Vec<(&'static str, String)>,
    /// The value of the `Authorization` header, if any.
    pub authorization: Option<Secret>,
    /// The body.
    pub body: Vec<u8>,
    /// How long all of it may take, name resolution to last byte.
    pub deadline: Duration,
    /// How many bytes of answer are read at most.
    pub max_answer: usize,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first value of a header, asked for by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The URL cannot be sent to.
    #[error("the URL is not valid")]
    BadUrl,
    /// The name resolves to an address that requests may not go to.
    #[error("the address is not public")]
    ForbiddenAddress,
    /// No connection came about; nothing was sent.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The deadline passed; whether the request was carried out is unknown.
    #[error("no answer in time")]
    Timeout,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke; whether the request was carried out is unknown.
    #[error("the connection broke: {0}")]
    Broken(String),
}
