//! Rate limits on the wire: who is refused, and the headers that tell how a caller stands
//! (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError, web};
use data_encoding::HEXLOWER;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Take};
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::KeyQuery;

use super::client;
use super::error::ApiError;
use super::throttle::{Standing, refusal, spend};
use crate::app::{App, blocking};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Spends one of each of these rates of a subject, in their order, until one refuses.
pub(crate) async fn admit(
    app: &web::Data<App>,
    request: &HttpRequest,
    wanted: &[(Limited, &str)],
) -> Result<(), ApiError> {
    for (what, subject) in wanted {
        note(request, spend(app, *what, subject).await)?;
    }
    Ok(())
}

/// Admits a signed call, by its API key and its tenant.
pub(crate) async fn admit_signed(
    app: &web::Data<App>,
    request: &HttpRequest,
    key: &ApiKey,
    permission: Permission,
) -> Result<(), ApiError> {
    let by_key = match permission {
        Permission::Issue => Limited::Issue,
        Permission::Validate
        | Permission::Activate
        | Permission::ManageActivations
        | Permission::Read => Limited::Key,
    };
    let wanted = [
        (by_key, key.id.as_str()),
        (Limited::Tenant, key.tenant.as_str()),
    ];
    admit(app, request, &wanted).await
}

/// Admits a call with a publishable key, by the address it comes from. Its key and its tenant are
/// not counted: whoever has the key, which is anybody, could use up what is everybody's.
pub(crate) async fn admit_unsigned(
    app: &web::Data<App>,
    request: &HttpRequest,
) -> Result<(), ApiError> {
    let address = client::subject(request, &app.settings.trusted_proxies);
    admit(app, request, &[(Limited::Address, &address)]).await
}

/// Admits a question about a license that nobody signed, by the hash of the license's key.
pub(crate) async fn admit_unsigned_about(
    app: &web::Data<App>,
    request: &HttpRequest,
    asked: &KeyQuery,
) -> Result<(), ApiError> {
    // However the key is typed, the hash that it is likeliest known by is the same.
    let Some(hash) = asked.hashes.first() else {
        return Ok(());
    };
    let license = format!("{}:{}", asked.tenant, HEXLOWER.encode(hash.as_bytes()));
    admit(app, request, &[(Limited::License, &license)]).await
}

/// Takes one of a rate from the store itself, which all nodes share to the last one: for calls
/// that write anyway.
pub(crate) async fn admit_exactly(
    app: &web::Data<App>,
    request: &HttpRequest,
    (what, subject): (Limited, &str),
) -> Result<(), ApiError> {
    let (rate, key) = (app.settings.limits.rate(what), what.key(subject));
    let now = app.clock.now();
    let take = blocking(app, move |app| app.store.take(&key, rate, 1, now)).await??;
    let standing = match take {
        Take::Granted(Grant { left, .. }) => Standing::admitted(what, rate, left, now),
        Take::Refused(wait) => Standing::refused(what, rate, wait),
    };
    note(request, standing)
}

/// Keeps the tightest standing of a call for its answer.
fn note(request: &HttpRequest, standing: Standing) -> Result<(), ApiError> {
    let mut extensions = request.extensions_mut();
    let tighter = extensions
        .get::<Standing>()
        .is_none_or(|known| standing.refused || fuller(&standing, known));
    if tighter {
        extensions.insert(standing);
    }
    if standing.refused {
        return Err(ApiError::rate_limited(standing.resets_in));
    }
    Ok(())
}

/// Whether less of one rate is left than of another, as parts of their limits.
fn fuller(one: &Standing, other: &Standing) -> bool {
    let part = |it: &Standing, of: &Standing| u64::from(it.remaining) * u64::from(of.rate.limit);
    part(one, other) < part(other, one)
}

/// The layer around all routes: an address whose credentials are refused too often is refused
/// itself, before its next credential is looked up; and each answer tells the tightest standing.
pub(crate) async fn limits(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app.filter(|_| request.headers().contains_key(AUTHORIZATION)) else {
        let answer = next.call(request).await?;
        return Ok(tell(answer.map_into_boxed_body()));
    };
    let address = client::subject(request.request(), &app.settings.trusted_proxies);
    if let Some(standing) = refusal(&app, Limited::Failures, &address) {
        return Ok(refuse(request.into_parts().0, standing));
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    if !is_guess(&answer) {
        return Ok(tell(answer));
    }
    let standing = spend(&app, Limited::Failures, &address).await;
    if standing.refused {
        return Ok(refuse(answer.into_parts().0, standing));
    }
    answer.request().extensions_mut().insert(standing);
    Ok(tell(answer))
}

/// Whether the credential was wrong. A call that comes too late or for the second time learns
/// nothing of a credential, and honest callers make such calls.
fn is_guess(answer: &ServiceResponse<BoxBody>) -> bool {
    let extensions = answer.response().extensions();
    let code = extensions.get::<ApiError>().map(|error| error.code);
    answer.status() == StatusCode::UNAUTHORIZED && code != Some("api/timestamp-replay")
}

fn refuse(request: HttpRequest, standing: Standing) -> ServiceResponse<BoxBody> {
    let error = ApiError::rate_limited(standing.resets_in);
    request.extensions_mut().insert(standing);
    tell(ServiceResponse::new(request, error.error_response()))
}

fn tell(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let standing = answer.request().extensions().get::<Standing>().copied();
    if let Some(standing) = standing {
        for (name, value) in [
            (&RATE_LIMIT_POLICY, policy(&standing)),
            (&RATE_LIMIT, remaining(&standing)),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers_mut().insert(name.clone(), value);
            }
        }
    }
    answer
}

fn policy(standing: &Standing) -> String {
    let (name, rate) = (standing.what.name(), standing.rate);
    format!("\"{name}\";q={};w={}", rate.limit, seconds(rate.window))
}

fn remaining(standing: &Standing) -> String {
    let (name, left) = (standing.what.name(), standing.remaining);
    format!("\"{name}\";r={left};t={}", seconds(standing.resets_in))
}

/// Whole seconds, rounded up.
pub(super) fn seconds(duration: Duration) -> u64 {
    duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0))
}
