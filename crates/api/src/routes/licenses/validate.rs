//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::usecase::access::api_key::SignatureError;
use mintage_domain::usecase::licenses::validate::{Lookup, Reason, invalid_reason, seen_device};
use mintage_runtime::app::App;
use mintage_runtime::settle::read_validation;
use utoipa::ToSchema;

use crate::auth::AppCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::schema;
use crate::views::licenses::ValidationResult;

/// The license key to validate.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults)]
struct ValidateLicenseRequest {
    key: schema::LicenseKey,
    /// The device of the caller. The last-seen time of its activation is updated.
    #[deserr(default)]
    fingerprint: Option<schema::Fingerprint>,
}

/// Validate a license key
///
/// Answers 200 also when the license key is not valid; `reason` then says why. Activates nothing, with or
/// without a fingerprint. The API key needs the scope `FULL` or `VALIDATE_ONLY`, or is publishable.
#[utoipa::path(
    post,
    path = "/v1/validate",
    operation_id = "validateLicense",
    tag = "Signed calls",
    request_body = ValidateLicenseRequest,
    responses((status = 200, description = "The result.", body = ValidationResult<'_>, headers(
        ("Cache-Control" = String, description = "`private, max-age=15`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn validate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let (caller, body) = AppCaller::of(&app, &request, body, Permission::Validate).await?;
    let ValidateLicenseRequest { key, fingerprint } = read_body(&body)?;
    let is_anonymous = caller.is_anonymous();
    let query = match caller.look_up(&app, &request, &key.0).await? {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => return Ok(answer(&ValidationResult::unknown(reason))),
    };
    let read = read_validation(&app, query).await?;
    if !read.fresh {
        return Err(SignatureError::TimestampReplay.into());
    }
    let now = app.clock.now();
    let license = read.license.as_ref();
    let reason = invalid_reason(license, now);
    if let Some(seen) = seen_device(license, reason, fingerprint.map(|it| it.0)) {
        app.last_seen.record(seen, now);
    }
    Ok(answer(&match (license, reason) {
        (None, reason) => ValidationResult::unknown(reason.unwrap_or(Reason::NotFound)),
        (Some(known), None) => ValidationResult::valid(known, is_anonymous),
        (Some(known), Some(reason)) => ValidationResult::invalid(known, reason, now, is_anonymous),
    }))
}

fn answer(body: &ValidationResult<'_>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "private, max-age=15"))
        .json(body)
}
