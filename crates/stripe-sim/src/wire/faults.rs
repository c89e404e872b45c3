//! Executes a request with an injected fault.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;

use crate::base::error::StripeError;
use crate::engine::faults::FaultKind;

/// Executes `handler` with the fault. A fault of the kind `Status` or `Close` prevents the execution.
pub(crate) async fn inject(
    fault: Option<FaultKind>,
    handler: impl Future<Output = HttpResponse>,
) -> HttpResponse {
    match fault {
        Some(FaultKind::Status {
            status,
            retry_after,
            code,
            message,
        }) => error_response(&error(status, code, message), retry_after),
        Some(FaultKind::Close) => broken_response(),
        Some(FaultKind::LoseAnswer) => {
            handler.await;
            broken_response()
        }
        Some(FaultKind::Delay { .. }) | None => handler.await,
    }
}

/// Waits if the fault is a delay.
pub(crate) async fn delay(fault: Option<&FaultKind>) {
    if let Some(FaultKind::Delay { millis }) = fault {
        sleep(Duration::from_millis(*millis)).await;
    }
}

fn error(status: u16, code: Option<String>, message: Option<String>) -> StripeError {
    let error = match (status, message) {
        (_, Some(message)) => StripeError::new(status, message),
        (429, None) => StripeError::new(429, "Request rate limit exceeded.").code("rate_limit"),
        (_, None) => StripeError::new(status, "An unknown error occurred.").kind("api_error"),
    };
    match code {
        Some(code) => error.code(code),
        None => error,
    }
}

fn error_response(error: &StripeError, retry_after: Option<u32>) -> HttpResponse {
    let status = error.status;
    let status_code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status_code);
    if let Some(seconds) = retry_after {
        response.insert_header(("Retry-After", seconds));
    }
    if status == 429 {
        response.insert_header(("Stripe-Rate-Limited-Reason", "global-rate"));
    }
    response.json(error.to_json())
}

fn broken_response() -> HttpResponse {
    HttpResponse::Ok().body(Broken)
}

/// A body that fails at once, so the server closes the connection before it writes anything.
struct Broken;

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(1)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::other(
            "the fault closes the connection",
        ))))
    }
}
