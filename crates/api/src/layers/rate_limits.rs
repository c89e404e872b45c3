//! The layer that limits failed credentials and adds the headers of the rate limits.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError, web};
use mintage_domain::model::access::limits::Limited;
use mintage_runtime::app::App;
use mintage_runtime::problem::{ErrorCode, Problem};
use mintage_runtime::rate_limit::{Standing, spend};

use crate::error::ApiError;
use crate::limits::{add_headers, subject};

/// Answers 429 in place of 401 to an address whose credentials were refused too often, and adds the headers
/// of the tightest standing to every answer. A valid credential is looked up and passes, whatever its
/// neighbours behind the same address do.
pub async fn rate_limits(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app.filter(|_| request.headers().contains_key(AUTHORIZATION)) else {
        let answer = next.call(request).await?;
        return Ok(add_headers(answer.map_into_boxed_body()));
    };
    let address = subject(request.request(), &app.settings.trusted_proxies);
    let answer = next.call(request).await?.map_into_boxed_body();
    if !is_guess(&answer) {
        return Ok(add_headers(answer));
    }
    let standing = spend(&app, Limited::Failures, &address).await;
    if standing.refused {
        return Ok(refuse(answer.into_parts().0, standing));
    }
    answer.request().extensions_mut().insert(standing);
    Ok(add_headers(answer))
}

/// Whether the answer counts as a guess of a credential: the credential was wrong. A call that is too late
/// or repeated does not count, because such a call reveals nothing about a credential, and honest
/// callers make such calls.
fn is_guess(answer: &ServiceResponse<BoxBody>) -> bool {
    let extensions = answer.response().extensions();
    let code = extensions.get::<Problem>().map(|problem| problem.code);
    answer.status() == StatusCode::UNAUTHORIZED && code != Some(ErrorCode::ApiTimestampReplay)
}

fn refuse(request: HttpRequest, standing: Standing) -> ServiceResponse<BoxBody> {
    let error = ApiError::from(Problem::rate_limited(standing.resets_in));
    request.extensions_mut().insert(standing);
    add_headers(ServiceResponse::new(request, error.error_response()))
}
