//! CORS for the routes that accept publishable keys.
//!
//! Every origin is allowed: these routes use no cookie and no client certificate, so a page can only
//! present a key from its own code.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderValue,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// The routes that pages may call.
const OPEN: [&str; 4] = [
    "/v1/validate",
    "/v1/activate",
    "/v1/heartbeat",
    "/v1/deactivate",
];

/// The headers that a page may read.
const EXPOSED: &str = "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy";

/// On the open routes, answers preflight requests and allows pages to read every answer, errors too.
pub async fn cors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_open = OPEN.contains(&request.path());
    if is_open && request.method() == Method::OPTIONS {
        return Ok(request.into_response(preflight()));
    }
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if is_open {
        let headers = answer.headers_mut();
        let any = HeaderValue::from_static("*");
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
        let exposed = HeaderValue::from_static(EXPOSED);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    Ok(answer)
}

/// A browser may cache the answer for a day.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}
