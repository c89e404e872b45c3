//! The raw bytes of a body.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use mintage_runtime::problem::{ErrorCode, Problem};

use crate::error::ApiError;

/// The largest body that any route takes.
pub const MAX_BODY: usize = 1024 * 1024;

/// The raw bytes of a JSON body, whose content type and size are checked. The JSON is not parsed yet.
pub(crate) struct JsonBytes(pub(crate) web::Bytes);

impl FromRequest for JsonBytes {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        let bytes = RawBody::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                let problem = Problem::new(
                    ErrorCode::UnsupportedMediaType,
                    "the content type must be application/json",
                );
                return Err(problem.into());
            }
            Ok(Self(bytes.await?.0))
        })
    }
}

/// The raw bytes of any body of at most [`MAX_BODY`].
pub(crate) struct RawBody(pub(crate) web::Bytes);

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| {
                if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
                    Problem::new(ErrorCode::BodyTooLarge, "the body may have 1 MB at most")
                } else {
                    Problem::invalid("the body could not be read", Vec::new())
                }
            })?;
            Ok(Self(bytes))
        })
    }
}
