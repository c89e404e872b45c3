//! The error of a handler, as an answer.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use mintage_runtime::problem::Problem;

/// The error of a handler: any error that converts to a [`Problem`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ApiError(Problem);

impl<E: Into<Problem>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The answer has the problem in its extensions. The request-id layer writes the envelope.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header(("retry-after", seconds.to_string()));
        }
        let mut answer = answer.finish();
        answer.extensions_mut().insert(self.0.clone());
        answer
    }
}
