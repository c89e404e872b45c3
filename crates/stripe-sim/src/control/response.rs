use actix_web::HttpResponse;
use serde_json::Value;

use crate::base::error::{ApiResult, StripeError};

pub(crate) fn ok(body: Value) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

pub(crate) fn unauthorized(message: &str) -> HttpResponse {
    HttpResponse::Unauthorized().json(StripeError::new(401, message).to_json())
}

pub(crate) fn error(status: u16, message: &str) -> HttpResponse {
    result(Err(StripeError::new(status, message)))
}

/// The response to a result. Errors of the engine have status 404 or 400.
pub(crate) fn result(result: ApiResult) -> HttpResponse {
    match result {
        Ok(body) => ok(body),
        Err(error) if error.status == 404 => HttpResponse::NotFound().json(error.to_json()),
        Err(error) => HttpResponse::BadRequest().json(error.to_json()),
    }
}
