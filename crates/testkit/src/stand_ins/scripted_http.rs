//! An [`Http`] that returns scripted responses.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::ports::{Http, HttpError, HttpRequest, HttpResponse};

/// Returns the scripted responses in order and records the requests. Nothing is sent, so deadlines
/// and size limits have no effect.
///
/// ```
/// use mintage_domain::ports::{AnswerBody, Http, HttpError, HttpRequest, Method};
/// use mintage_testkit::ScriptedHttp;
/// use std::time::Duration;
///
/// let http = ScriptedHttp::new().answer(503, "later").fail(HttpError::Timeout);
/// let request = HttpRequest {
///     method: Method::Get,
///     url: "https://hooks.example.test/".to_owned(),
///     headers: Vec::new(),
///     authorization: None,
///     body: Vec::new(),
///     deadline: Duration::from_secs(1),
///     answer: AnswerBody::Whole(1_000),
/// };
/// assert_eq!(http.send(&request).unwrap().status, 503);
/// assert_eq!(http.send(&request).unwrap_err(), HttpError::Timeout);
/// assert!(http.send(&request).is_err(), "the script is at its end");
/// assert_eq!(http.sent().len(), 3);
/// ```
#[derive(Debug, Default)]
pub struct ScriptedHttp {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<Result<HttpResponse, HttpError>>,
    sent: Vec<HttpRequest>,
}

impl ScriptedHttp {
    /// Creates an empty script, which answers every request with [`HttpError::Unreachable`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a response without headers to the script.
    #[must_use]
    pub fn answer(self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.then(Ok(HttpResponse {
            status,
            headers: Vec::new(),
            body: body.into(),
        }))
    }

    /// Adds an error to the script.
    #[must_use]
    pub fn fail(self, error: HttpError) -> Self {
        self.then(Err(error))
    }

    /// Adds a response or an error to the script.
    #[must_use]
    pub fn then(self, answer: Result<HttpResponse, HttpError>) -> Self {
        self.script().answers.push_back(answer);
        self
    }

    /// The requests so far, oldest first.
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.script().sent.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Http for ScriptedHttp {
    fn check_url(&self, _: &str) -> Result<(), HttpError> {
        Ok(())
    }

    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut script = self.script();
        script.sent.push(request.clone());
        let at_its_end = || HttpError::Unreachable("the script is at its end".to_owned());
        let answer = script.answers.pop_front();
        answer.unwrap_or_else(|| Err(at_its_end()))
    }
}
