//! A request as the API and OAuth read it.

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use data_encoding::BASE64;

use crate::form::{self, Pairs};
use crate::journal::Recorded;
use crate::world::Shared;

/// Method, path, parameters and the headers that mean something.
pub(crate) struct Request {
    /// `req_...`, made up here.
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) params: Pairs,
    pub(crate) key: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) version: Option<String>,
}

impl Request {
    /// Reads and records a request. A GET's parameters are its query's, a POST's its body's.
    pub(crate) fn read(world: &Shared, request: &HttpRequest, body: &Bytes) -> Self {
        let header = |name: &str| {
            let value = request.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let method = request.method().to_string();
        let encoded = match method.as_str() {
            "GET" => request.query_string().to_owned(),
            _ => String::from_utf8_lossy(body).into_owned(),
        };
        let mut world = world.lock();
        let read = Self {
            id: world.ids.draw("req_", 14),
            path: request.path().to_owned(),
            params: form::pairs(&encoded),
            key: header("Authorization").and_then(|value| secret_key(&value)),
            account: header("Stripe-Account"),
            idempotency_key: header("Idempotency-Key").filter(|_| method == "POST"),
            version: header("Stripe-Version"),
            method,
        };
        world.journal.note(Recorded {
            request_id: read.id.clone(),
            method: read.method.clone(),
            path: read.path.clone(),
            params: read.params.clone(),
            account: read.account.clone(),
            idempotency_key: read.idempotency_key.clone(),
            version: read.version.clone(),
        });
        read
    }
}

/// The key of `Bearer key`, or the user of `Basic`.
fn secret_key(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => {
            let decoded = String::from_utf8(BASE64.decode(rest.trim().as_bytes()).ok()?).ok()?;
            let (user, _) = decoded.split_once(':')?;
            Some(user.to_owned())
        }
        _ => None,
    }
}
