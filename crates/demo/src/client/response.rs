//! What came back.

use actix_web::web::Bytes;
use awc::ClientResponse;
use awc::http::header::LOCATION;
use serde_json::Value;

use super::shown;
use crate::failure::{Failure, Outcome, hold};

/// An answer, read to its end.
pub(crate) struct Answer {
    /// The request it answers.
    request: String,
    status: u16,
    location: Option<String>,
    body: Bytes,
}

impl Answer {
    pub(super) fn new<S>(request: String, response: &ClientResponse<S>, body: Bytes) -> Self {
        let location = response.headers().get(LOCATION);
        Self {
            request,
            status: response.status().as_u16(),
            location: location
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body,
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Itself, if it has this status.
    ///
    /// # Errors
    /// What came instead.
    pub(crate) fn expect(self, status: u16) -> Outcome<Self> {
        hold(self.status == status, || {
            format!(
                "{} should answer {status}, and answers {}",
                self.request,
                self.shown()
            )
        })?;
        Ok(self)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn json(&self) -> Outcome<Value> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::new(format!("{} answers no JSON: {error}", self.request)))
    }

    /// A text in the JSON body, by its pointer (`/items/0/id`).
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn text_at(&self, pointer: &str) -> Outcome<String> {
        let body = self.json()?;
        let text = body.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| {
            Failure::new(format!(
                "{} answers no text at {pointer}: {}",
                self.request,
                self.shown()
            ))
        })
    }

    /// The body as text, for pages.
    pub(crate) fn page(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where a redirect leads.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn redirect(&self) -> Outcome<&str> {
        self.location
            .as_deref()
            .filter(|_| (300..400).contains(&self.status))
            .ok_or_else(|| {
                Failure::new(format!(
                    "{} should redirect, and answers {}",
                    self.request,
                    self.shown()
                ))
            })
    }

    /// For the person who watches: no secrets, not the whole page.
    pub(crate) fn shown(&self) -> String {
        let place = self.location.as_deref().map(shown::address);
        let place = place.map_or_else(String::new, |place| format!("to {place}"));
        format!("{} {place}{}", self.status, shown::body(&self.body))
    }
}
