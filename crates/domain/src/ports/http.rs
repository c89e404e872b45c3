//! Outbound HTTP.

use std::fmt;
use std::time::Duration;

use crate::base::secret::Secret;
use crate::base::time::Timestamp;

/// Sends HTTP requests.
///
/// An adapter MUST return within the request's deadline (`ends_at_the_deadline`), MUST NOT follow
/// redirects (`follows_no_redirect`), MUST read as much of an answer as [`AnswerBody`] says
/// (`refuses_an_oversized_answer`, `the_start_of_an_answer_is_enough`), and MUST return every status as an
/// answer, not an error (`returns_every_status`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Http: Send + Sync {
    /// Checks, without sending anything, whether requests to a URL can be sent: the URL is well formed,
    /// and its host is no literal address that requests may not be sent to. What a name resolves to is
    /// known only when a request is sent (`a_url_that_cannot_be_requested_is_refused_beforehand`).
    fn check_url(&self, url: &str) -> Result<(), HttpError>;

    /// Sends one request and reads the answer.
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// A request. Its `Debug` omits headers and body, which may contain authorization codes and license
/// keys.
#[derive(Clone)]
pub struct HttpRequest {
    /// The HTTP method.
    pub method: Method,
    /// The absolute URL, which must not contain secrets.
    pub url: String,
    /// Header names and values, which must not be secret.
    pub headers: Vec<(&'static str, String)>,
    /// The value of the `Authorization` header; `None` sends none.
    pub authorization: Option<Secret>,
    /// The body; empty sends none.
    pub body: Vec<u8>,
    /// The time limit of the whole exchange, from name resolution to the last byte.
    pub deadline: Duration,
    /// How much of the answer's body is read.
    pub answer: AnswerBody,
}

/// How much of an answer's body is read, at most so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerBody {
    /// All of it. A body that is larger or incomplete is an error.
    Whole(usize),
    /// Its start. The status is the answer: a body that is larger, slow, incomplete or broken is no error.
    Start(usize),
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

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first value of the header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// How long the server asks the client to wait (`Retry-After`, RFC 9110, section 10.2.3).
    ///
    /// The header holds a number of seconds or a date. A date counts from the answer's own `Date`,
    /// so that the clocks of server and client may differ, or from `now` if there is none. A date
    /// that is past is no wait.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            return value.parse().ok().map(Duration::from_secs);
        }
        let until = Timestamp::parse_http_date(value).ok()?;
        let sent_at = self.header("date").map(str::trim);
        let sent_at = sent_at.and_then(|date| Timestamp::parse_http_date(date).ok());
        Some(until.since(sent_at.unwrap_or(now)))
    }
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The URL is malformed or not supported.
    #[error("the URL is not valid")]
    BadUrl,
    /// The host has no address that requests may be sent to. The error does not say whether the name
    /// exists, so that nobody learns the names of an internal network from it.
    #[error("the host has no public address")]
    ForbiddenAddress,
    /// No connection was established; nothing was sent.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The deadline passed; it is unknown whether the request was processed.
    #[error("no answer in time")]
    Timeout,
    /// The answer exceeds the size limit.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke; it is unknown whether the request was processed.
    #[error("the connection broke: {0}")]
    Broken(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> HttpResponse {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        HttpResponse {
            status: 503,
            headers: headers.iter().map(owned).collect(),
            body: Vec::new(),
        }
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        let now = Timestamp::parse_rfc3339("2027-01-01T10:30:00Z").expect("a time");
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, wait) in [
            ("0", seconds(0)),
            ("120", seconds(120)),
            (" 120 ", seconds(120)),
            ("99999999999999999999", None),
            ("Fri, 01 Jan 2027 10:32:00 GMT", seconds(120)),
            ("Friday, 01-Jan-27 10:32:00 GMT", seconds(120)),
            ("Fri Jan  1 10:32:00 2027", seconds(120)),
            ("Thu, 31 Dec 2026 10:32:00 GMT", seconds(0)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("soon", None),
            ("2027-01-01T10:32:00Z", None),
        ] {
            let answer = answer(&[("retry-after", value)]);
            assert_eq!(answer.retry_after(now), wait, "{value:?}");
        }
        assert_eq!(answer(&[]).retry_after(now), None);
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_answer() {
        let now = Timestamp::parse_rfc3339("2027-01-01T10:30:00Z").expect("a time");
        let retry_after = ("retry-after", "Fri, 01 Jan 2027 12:02:00 GMT");
        for (date, minutes) in [("Fri, 01 Jan 2027 12:00:00 GMT", 2), ("yesterday", 92)] {
            let answer = answer(&[("date", date), retry_after]);
            let wait = answer.retry_after(now);
            assert_eq!(wait, Some(Duration::from_mins(minutes)), "{date}");
        }
    }
}
