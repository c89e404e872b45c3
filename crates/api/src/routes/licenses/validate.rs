//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::activation::Fingerprint;
use mintage_domain::ports::SeenTarget;
use mintage_domain::usecase::access::api_key::SignatureError;
use mintage_domain::usecase::licenses::validate::{Lookup, Reason, invalid_reason};
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::read_validation;
use utoipa::ToSchema;

use super::license_key::key_field;
use crate::auth::AppCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes};
use crate::views::Validation;

/// Says whether a license key is good
///
/// 200 also when it is not. Takes no slot, whatever fingerprint it is asked with. The API key needs
/// the scope `FULL` or `VALIDATE_ONLY`, or is publishable.
#[utoipa::path(
    post,
    path = "/v1/validate",
    operation_id = "validateLicense",
    tag = "Signed calls",
    request_body = ValidateRequest,
    responses((status = 200, description = "The verdict.", body = Validation<'_>, headers(
        ("Cache-Control" = String, description = "`private, max-age=15`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn validate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = AppCaller::of(&app, &request, &body.0, Permission::Validate).await?;
    let (key, device) = presented(&body.0)?;
    let is_anonymous = caller.is_anonymous();
    let query = match caller.look_up(&app, &request, &key).await? {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => return Ok(answer(&Validation::unknown(reason))),
    };
    let read = read_validation(&*app.store, query).await?;
    if !read.fresh {
        return Err(SignatureError::TimestampReplay.into());
    }
    let now = app.clock.now();
    let verdict = invalid_reason(read.license.as_ref(), now);
    if let (Some(known), None, Some(device)) = (&read.license, verdict, device) {
        let seen = SeenTarget::Device(known.record.license.id.clone(), device);
        app.last_seen.record(seen, now);
    }
    Ok(answer(&match (&read.license, verdict) {
        (None, reason) => Validation::unknown(reason.unwrap_or(Reason::NotFound)),
        (Some(known), None) => Validation::valid(known, is_anonymous),
        (Some(known), Some(reason)) => Validation::invalid(known, reason, now, is_anonymous),
    }))
}

/// Which key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `presented` reads")]
#[schema(rename_all = "camelCase")]
struct ValidateRequest {
    key: schema::LicenseKey,
    fingerprint: Option<schema::Fingerprint>,
}

/// The key, and the device that asks: a question takes no slot, only `/v1/activate` does, but a
/// device that has one is seen.
fn presented(body: &[u8]) -> Result<(String, Option<Fingerprint>), Problem> {
    let mut fields = Fields::parse(body)?;
    let key = key_field(&mut fields);
    let device = fields.optional("fingerprint", Fingerprint::parse);
    fields.finish(|| Some((key?, device)))
}

fn answer(body: &Validation<'_>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "private, max-age=15"))
        .json(body)
}
