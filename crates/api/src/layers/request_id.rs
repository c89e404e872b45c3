//! The outermost layer: the request id of every answer and log line, the error envelope, and one log
//! line for each request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use data_encoding::HEXLOWER;
use mintage_domain::model::sellers::audit::Origin;
use mintage_runtime::app::App;
use mintage_runtime::metrics::HttpMetrics;
use mintage_runtime::problem::{ErrorCode, Problem};
use tracing::{Instrument, Level};

use crate::auth::KnownCaller;
use crate::connection::Connection;
use crate::error::Envelope;
use crate::limits;
use crate::mount::FixedPaths;

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Creates the id of a request, calls the route, and completes the answer.
pub async fn request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let trusted = app.as_ref().map(|app| &*app.settings.trusted_proxies);
    let origin = Origin {
        address: limits::address(request.request(), trusted.unwrap_or_default()),
        request_id: app.as_ref().map_or_else(String::new, |app| {
            let random: [u8; 8] = app.env().random();
            format!("req_{}", HEXLOWER.encode(&random))
        }),
    };
    request.extensions_mut().insert(origin.clone());
    let span = tracing::info_span!("request", request_id = origin.request_id);
    let route = route(&request);
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let connection = connection.as_deref();
    connection.inspect(|connection| connection.work());
    let started = Instant::now();
    let metrics = app.as_ref().map(|app| &app.metrics.http);
    let in_flight = metrics.map(HttpMetrics::begin);
    let answer = next.call(request).instrument(span).await;
    drop(in_flight);
    connection.inspect(|connection| connection.wait());
    let answer = match answer {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => return Err(error),
    };
    let took = started.elapsed();
    if let Some(metrics) = metrics {
        let (method, status) = (answer.request().method().as_str(), answer.status());
        metrics.answered(method, &route, status.as_u16(), took);
    }
    log(&answer, &origin, &route, took);
    Ok(finish(answer, &origin.request_id))
}

/// Paths that are asked for all the time, and of which an operator wants no lines.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// Writes the one line of a request, with each field once.
fn log(answer: &ServiceResponse<BoxBody>, origin: &Origin, route: &str, took: Duration) {
    macro_rules! line {
        ($level:expr) => {{
            let request = answer.request();
            let extensions = request.extensions();
            let caller = extensions.get::<KnownCaller>();
            tracing::event!(
                $level,
                request_id = origin.request_id,
                method = %request.method(),
                route,
                status = answer.status().as_u16(),
                micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                client = %origin.address,
                tenant = caller.map(|it| it.tenant.as_str()),
                credential = caller.map(|it| it.credential.as_str()),
                error = error_code(answer),
            );
        }};
    }
    if HEALTH.contains(&route) {
        line!(Level::DEBUG);
    } else {
        line!(Level::INFO);
    }
}

/// The code of the error that was answered, by the API or on a page.
fn error_code(answer: &ServiceResponse<BoxBody>) -> Option<&'static str> {
    let extensions = answer.response().extensions();
    let of_api = extensions.get::<Problem>().map(|problem| problem.code);
    let code = of_api.or_else(|| extensions.get::<ErrorCode>().copied());
    code.map(ErrorCode::as_str)
}

/// The pattern of the route, not the path: paths and queries contain OAuth codes and slugs. A path
/// without placeholders is its own pattern.
fn route(request: &ServiceRequest) -> String {
    let fixed = request.app_data::<FixedPaths>();
    if fixed.is_some_and(|fixed| fixed.contains(request.path())) {
        return request.path().to_owned();
    }
    request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned())
}

fn finish(answer: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let problem = answer.response().extensions().get::<Problem>().cloned();
    let mut answer = match problem {
        Some(problem) => answer.map_body(|head, _| {
            head.headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let envelope = Envelope::of(&problem, id);
            BoxBody::new(serde_json::to_vec(&envelope).unwrap_or_default())
        }),
        None => answer,
    };
    if let Ok(value) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(X_REQUEST_ID.clone(), value);
    }
    answer
}
