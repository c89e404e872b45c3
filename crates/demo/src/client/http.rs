//! Sending requests.

use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use actix_web::http::Method;
use serde_json::Value;

use super::answer::Answer;
use super::shown;
use crate::failure::{Failure, Outcome};
use crate::report::Report;

/// No call of the demo takes longer unless something is wrong.
const TIMEOUT: Duration = Duration::from_secs(20);

/// More than any answer of the demo has.
const LARGEST_ANSWER: usize = 4 << 20;

/// Sends requests and tells the report of them. Follows no redirect.
#[derive(Clone)]
pub(crate) struct Client {
    inner: awc::Client,
    report: Option<Rc<Report>>,
}

/// A request that is being written.
pub(crate) struct Request<'c> {
    client: &'c Client,
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Client {
    /// A client whose requests appear in the report.
    pub(crate) fn new(report: &Rc<Report>) -> Self {
        Self {
            report: Some(Rc::clone(report)),
            ..Self::silent()
        }
    }

    /// A client for asking again and again.
    pub(crate) fn silent() -> Self {
        let inner = awc::Client::builder()
            .disable_redirects()
            .timeout(TIMEOUT)
            .finish();
        Self {
            inner,
            report: None,
        }
    }

    pub(crate) fn get(&self, url: impl Into<String>) -> Request<'_> {
        self.request(Method::GET, url)
    }

    pub(crate) fn post(&self, url: impl Into<String>) -> Request<'_> {
        self.request(Method::POST, url)
    }

    pub(crate) fn put(&self, url: impl Into<String>) -> Request<'_> {
        self.request(Method::PUT, url)
    }

    pub(crate) fn delete(&self, url: impl Into<String>) -> Request<'_> {
        self.request(Method::DELETE, url)
    }

    fn request(&self, method: Method, url: impl Into<String>) -> Request<'_> {
        Request {
            client: self,
            method,
            url: url.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Tells the report of an exchange that was not HTTP.
    pub(crate) fn exchanged(&self, sent: impl Display, got: impl Display) {
        if let Some(report) = &self.report {
            report.sent(sent);
            report.got(got);
        }
    }

    /// Tells the report what a step found out, if this client has one.
    pub(crate) fn found(&self, what: impl Display) {
        if let Some(report) = &self.report {
            report.found(what);
        }
    }
}

impl Request<'_> {
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    /// A body whose very bytes matter, as they do under a signature.
    pub(crate) fn text(mut self, media_type: &'static str, body: impl Into<String>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// Sends it and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn send(self) -> Outcome<Answer> {
        let what = format!("{} {}", self.method, shown::address(&self.url));
        if let Some(report) = &self.client.report {
            report.sent(format_args!("{what} {}", shown::body(self.body.as_bytes())));
        }
        let mut request = self.client.inner.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.insert_header((name, value));
        }
        let lost = |error: String| Failure::new(format!("{what} had no answer: {error}"));
        let mut answer = request
            .send_body(self.body)
            .await
            .map_err(|error| lost(error.to_string()))?;
        let body = answer
            .body()
            .limit(LARGEST_ANSWER)
            .await
            .map_err(|error| lost(error.to_string()))?;
        let answer = Answer::new(what, &answer, body);
        if let Some(report) = &self.client.report {
            report.got(answer.shown());
        }
        Ok(answer)
    }
}
