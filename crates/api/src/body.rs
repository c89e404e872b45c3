//! Bodies. A handler reads the body only after it knows the caller, so that nobody occupies the server by
//! a body that never comes.

use std::future::{Ready, poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use mintage_runtime::problem::{ErrorCode, Problem};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::connection::Connection;

/// The largest body of a route, in bytes, where the route has no limit of its own.
const MAX_BODY: usize = 64 * 1024;

/// The largest Stripe event, in bytes.
const MAX_EVENT: usize = 1024 * 1024;

/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

/// The largest number of bodies above [`MAX_BODY`] that this server holds in memory at the same time. Their
/// callers are not known yet.
const MAX_LARGE_BODIES: usize = 24;

static LARGE_BODIES: Semaphore = Semaphore::const_new(MAX_LARGE_BODIES);

/// A JSON body that is not read yet.
pub(crate) struct JsonBody {
    body: UnreadBody,
    is_json: bool,
}

impl JsonBody {
    /// Checks the content type, and reads the body. The JSON is not parsed yet.
    pub(crate) async fn read(self) -> Result<web::Bytes, Problem> {
        if !self.is_json {
            return Err(Problem::new(
                ErrorCode::UnsupportedMediaType,
                "the content type must be application/json",
            ));
        }
        self.body.read(MAX_BODY).await
    }
}

impl FromRequest for JsonBody {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        let body = UnreadBody::of(request, payload);
        ready(Ok(Self { body, is_json }))
    }
}

/// The body of a Stripe event, which is not read yet.
pub(crate) struct EventBody(UnreadBody);

impl EventBody {
    /// Reads the body.
    pub(crate) async fn read(self) -> Result<web::Bytes, Problem> {
        self.0.read(MAX_EVENT).await
    }
}

impl FromRequest for EventBody {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self(UnreadBody::of(request, payload))))
    }
}

struct UnreadBody {
    payload: Payload,
    /// The length that the client announced.
    length: Option<usize>,
    connection: Option<Arc<Connection>>,
}

impl UnreadBody {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Self {
        let length = request.headers().get(CONTENT_LENGTH);
        Self {
            payload: payload.take(),
            length: length.and_then(|value| value.to_str().ok()?.parse().ok()),
            connection: request.conn_data::<Arc<Connection>>().cloned(),
        }
    }

    async fn read(self, max: usize) -> Result<web::Bytes, Problem> {
        if self.length.is_some_and(|length| length > max) {
            return Err(too_large(max));
        }
        let connection = self.connection.as_deref();
        connection.inspect(|connection| connection.wait());
        let read = timeout(DEADLINE, read_all(self.payload, max)).await;
        connection.inspect(|connection| connection.work());
        read.unwrap_or_else(|_| {
            Err(Problem::new(
                ErrorCode::BodyTooSlow,
                format!(
                    "the body did not arrive within {} seconds",
                    DEADLINE.as_secs()
                ),
            ))
        })
    }
}

/// Reads a body of at most `max` bytes. The body takes one of the places for large bodies only when more
/// than [`MAX_BODY`] has arrived, so that clients that send nothing occupy none.
async fn read_all(payload: Payload, max: usize) -> Result<web::Bytes, Problem> {
    let mut stream = pin!(BodyStream::new(payload));
    let mut body = web::BytesMut::new();
    let mut place = None;
    while let Some(chunk) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        let chunk =
            chunk.map_err(|_| Problem::invalid("the body could not be read", Vec::new()))?;
        let length = body.len().saturating_add(chunk.len());
        if length > max {
            return Err(too_large(max));
        }
        if length > MAX_BODY && place.is_none() {
            // The semaphore is never closed.
            place = LARGE_BODIES.acquire().await.ok();
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(max: usize) -> Problem {
    Problem::new(
        ErrorCode::BodyTooLarge,
        format!("the body may have {} kB at most", max / 1024),
    )
}
