//! Failures on demand.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;
use serde::Deserialize;

use crate::error::StripeError;

/// What goes wrong with the next matching requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// Only requests whose path begins so.
    #[serde(default)]
    path: String,
    /// Only this method.
    #[serde(default)]
    method: Option<String>,
    /// How many requests it strikes.
    #[serde(default = "once")]
    times: u32,
    kind: Kind,
}

fn once() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Kind {
    /// Answers so without working.
    Status {
        status: u16,
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// Works and answers later. Longer than the client's patience, it is a hang.
    Delay { millis: u64 },
    /// Closes the connection without working.
    Close,
    /// Works, then closes the connection without an answer.
    LoseAnswer,
}

/// Faults in the order they were planted.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn plant(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Takes all back.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that strikes this request, used up by one.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<Kind> {
        let strikes = |fault: &Fault| {
            path.starts_with(&fault.path)
                && fault
                    .method
                    .as_deref()
                    .is_none_or(|wanted| wanted == method)
        };
        let at = self.0.iter().position(strikes)?;
        let fault = &mut self.0[at];
        let kind = fault.kind;
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.0.remove(at);
        }
        Some(kind)
    }
}

impl Fault {
    /// Whether it can be carried out.
    pub(crate) fn is_sound(&self) -> bool {
        match self.kind {
            Kind::Status { status, .. } => (400..600).contains(&status),
            _ => true,
        }
    }
}

/// Lets a fault strike before or after `work`, which is not begun if it strikes before.
pub(crate) async fn around(
    fault: Option<Kind>,
    work: impl Future<Output = HttpResponse>,
) -> HttpResponse {
    match fault {
        Some(Kind::Status {
            status,
            retry_after,
        }) => refusal(status, retry_after),
        Some(Kind::Close) => broken(),
        Some(Kind::LoseAnswer) => {
            work.await;
            broken()
        }
        Some(Kind::Delay { .. }) | None => work.await,
    }
}

/// Waits, if the fault is a wait.
pub(crate) async fn pause(fault: Option<Kind>) {
    if let Some(Kind::Delay { millis }) = fault {
        sleep(Duration::from_millis(millis)).await;
    }
}

fn refusal(status: u16, retry_after: Option<u32>) -> HttpResponse {
    let error = match status {
        429 => StripeError::new(429, "Request rate limit exceeded.").code("rate_limit"),
        _ => StripeError::new(status, "An unknown error occurred.").kind("api_error"),
    };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(code);
    if let Some(seconds) = retry_after {
        answer.insert_header(("Retry-After", seconds));
    }
    if status == 429 {
        answer.insert_header(("Stripe-Rate-Limited-Reason", "global-rate"));
    }
    answer.json(error.body())
}

fn broken() -> HttpResponse {
    HttpResponse::Ok().body(Broken)
}

/// A body that fails at once, so that the server drops the connection with nothing written.
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
        Poll::Ready(Some(Err(io::Error::other("dropped on purpose"))))
    }
}
