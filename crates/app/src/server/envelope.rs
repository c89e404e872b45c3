//! How an error is written: `{"error":{"code","message","details","request_id"}}`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, Detail};

/// An error on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct Envelope<'a> {
    error: Told<'a>,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorBody)]
struct Told<'a> {
    /// What to go by: `area/reason`, stable.
    code: &'a str,
    /// For people.
    message: &'a str,
    /// Each field that is wrong.
    details: &'a [Detail],
    /// Names this call in the server's log.
    request_id: &'a str,
}

impl ApiError {
    /// The body of the error.
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let envelope = Envelope {
            error: Told {
                code: self.code,
                message: &self.message,
                details: &self.details,
                request_id,
            },
        };
        serde_json::to_vec(&envelope).unwrap_or_default()
    }
}

/// The answer carries the error along; the envelope is written where the request id is known.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            answer.insert_header(("retry-after", seconds.to_string()));
        }
        let mut answer = answer.finish();
        answer.extensions_mut().insert(self.clone());
        answer
    }
}
