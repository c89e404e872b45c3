//! The client and its requests.

use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use actix_web::http::Method;
use serde_json::Value;

use super::redact;
use super::response::Response;
use crate::report::Report;
use crate::step_error::{StepError, StepResult};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The most bytes of a body that are read.
const MAX_BODY: usize = 4 << 20;

/// Sends requests and reports them. Follows no redirects.
#[derive(Clone)]
pub(crate) struct Client {
    inner: awc::Client,
    report: Option<Rc<Report>>,
}

/// A request before it is sent.
pub(crate) struct Request<'c> {
    client: &'c Client,
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Client {
    /// A client that prints its requests in the report.
    pub(crate) fn new(report: &Rc<Report>) -> Self {
        Self {
            report: Some(Rc::clone(report)),
            ..Self::silent()
        }
    }

    /// A client that reports nothing, for polling.
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

    /// Reports an exchange that was not HTTP.
    pub(crate) fn exchanged(&self, sent: impl Display, received: impl Display) {
        if let Some(report) = &self.report {
            report.sent(sent);
            report.received(received);
        }
    }

    /// Reports what a step has found out.
    pub(crate) fn note(&self, what: impl Display) {
        if let Some(report) = &self.report {
            report.note(what);
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

    /// Sets a body byte by byte, as a signed call needs.
    pub(crate) fn text(mut self, media_type: &'static str, body: impl Into<String>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// Sends the request and reads the whole response, whatever its status.
    ///
    /// # Errors
    /// There is no response.
    pub(crate) async fn send(self) -> StepResult<Response> {
        let what = format!("{} {}", self.method, redact::address(&self.url));
        if let Some(report) = &self.client.report {
            report.sent(format_args!(
                "{what} {}",
                redact::body(self.body.as_bytes())
            ));
        }
        let mut request = self.client.inner.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.insert_header((name, value));
        }
        let failed = |error: String| StepError::new(format!("{what} got no response: {error}"));
        let mut response = request
            .send_body(self.body)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let body = response
            .body()
            .limit(MAX_BODY)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let response = Response::new(what, &response, body);
        if let Some(report) = &self.client.report {
            report.received(response.summary());
        }
        Ok(response)
    }
}
