//! The headers with the standing of a caller (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use mintage_runtime::rate_limit::Standing;

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Adds the headers of the tightest standing of the request.
pub(crate) fn add_headers(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
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
fn seconds(duration: Duration) -> u64 {
    duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0))
}
