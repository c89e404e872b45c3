//! Responses.

use actix_web::web::Bytes;
use awc::ClientResponse;
use awc::http::header::{LOCATION, SET_COOKIE};
use serde_json::Value;

use super::redact;
use crate::step_error::{StepError, StepResult, check};

/// A response with its whole body.
pub(crate) struct Response {
    /// The method and URL of the request, for messages.
    request: String,
    status: u16,
    location: Option<String>,
    cookie: Option<String>,
    body: Bytes,
}

impl Response {
    pub(super) fn new<S>(request: String, response: &ClientResponse<S>, body: Bytes) -> Self {
        let text = |name| {
            let value = response.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            request,
            status: response.status().as_u16(),
            location: text(LOCATION),
            cookie: text(SET_COOKIE),
            body,
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Checks the status and returns the response.
    ///
    /// # Errors
    /// The status is another one.
    pub(crate) fn expect(self, status: u16) -> StepResult<Self> {
        check(self.status == status, || {
            format!(
                "expected {status} from {}, but got {}",
                self.request,
                self.summary()
            )
        })?;
        Ok(self)
    }

    /// The name and value of the cookie that the response sets.
    ///
    /// # Errors
    /// The response sets no cookie.
    pub(crate) fn cookie(&self) -> StepResult<String> {
        let cookie = self
            .cookie
            .as_deref()
            .and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.map(str::to_owned);
        cookie.ok_or_else(|| StepError::new(format!("{} sets no cookie", self.request)))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// The body is not JSON.
    pub(crate) fn json(&self) -> StepResult<Value> {
        serde_json::from_slice(&self.body).map_err(|error| {
            StepError::new(format!(
                "the response to {} is not JSON: {error}",
                self.request
            ))
        })
    }

    /// The string at a JSON pointer (`/items/0/id`) in the body.
    ///
    /// # Errors
    /// There is no such string.
    pub(crate) fn text_at(&self, pointer: &str) -> StepResult<String> {
        let body = self.json()?;
        let text = body.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| {
            StepError::new(format!(
                "the response to {} has no string at {pointer}: {}",
                self.request,
                self.summary()
            ))
        })
    }

    /// The body as text, for pages.
    pub(crate) fn page(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The location of a redirect.
    ///
    /// # Errors
    /// The response is not a redirect.
    pub(crate) fn redirect(&self) -> StepResult<&str> {
        self.location
            .as_deref()
            .filter(|_| (300..400).contains(&self.status))
            .ok_or_else(|| {
                StepError::new(format!(
                    "expected a redirect from {}, but got {}",
                    self.request,
                    self.summary()
                ))
            })
    }

    /// The status, the location and the body, without secrets.
    pub(crate) fn summary(&self) -> String {
        let place = self.location.as_deref().map(redact::address);
        let place = place.map_or_else(String::new, |place| format!("to {place}"));
        format!("{} {place}{}", self.status, redact::body(&self.body))
    }
}
