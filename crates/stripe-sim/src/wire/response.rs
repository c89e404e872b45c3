use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::base::version::API_VERSION;
use crate::engine::idempotency::StoredResponse;
use crate::wire::request::Request;

pub(crate) fn json(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status)
        .content_type("application/json")
        .body(format!("{body:#}"))
}

/// The response to a repeated request with an idempotency key.
pub(crate) fn replay(stored: &StoredResponse) -> HttpResponse {
    let mut response = json(stored.status, &stored.body);
    set_header(&mut response, "Idempotent-Replayed", "true");
    set_header(&mut response, "Original-Request", &stored.request_id);
    response
}

/// Adds the headers of every API response.
pub(crate) fn add_headers(response: &mut HttpResponse, request: &Request) {
    let version = request.version.as_deref().unwrap_or(API_VERSION);
    set_header(response, "Request-Id", &request.id);
    set_header(response, "Stripe-Version", version);
    if let Some(key) = &request.idempotency_key {
        set_header(response, "Idempotency-Key", key);
    }
}

/// Sets a header. All values come from request headers or from the simulator, so no value is
/// expected to be invalid; an invalid value is omitted.
fn set_header(response: &mut HttpResponse, name: &'static str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}
