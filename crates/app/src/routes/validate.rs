//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use crate::openapi::words;
use crate::server::auth::AppCaller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::activation::Fingerprint;
use mintage_domain::api_key::Permission;
use mintage_domain::email::Email;
use mintage_domain::id::{CustomerId, LicenseId};
use mintage_domain::license::state::State;
use mintage_domain::ports::{KnownLicense, Sighted};
use mintage_domain::slug::KeyTypeId;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::SignatureError;
use mintage_domain::usecase::validate::{Lookup, Reason, judge};
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::read_validation;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

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
    let is_anybody = caller.is_anybody();
    let query = match caller.look_up(&app, &request, &key).await? {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => return Ok(answer(&unknown(reason))),
    };
    let read = read_validation(&*app.store, query).await?;
    if !read.fresh {
        return Err(SignatureError::TimestampReplay.into());
    }
    let now = app.clock.now();
    let verdict = judge(read.license.as_ref(), now);
    if let (Some(known), None, Some(device)) = (&read.license, verdict, device) {
        let seen = Sighted::Device(known.record.license.id.clone(), device);
        app.last_seen.record(seen, now);
    }
    Ok(answer(&match (&read.license, verdict) {
        (None, reason) => unknown(reason.unwrap_or(Reason::NotFound)),
        (Some(known), None) => valid(known, is_anybody),
        (Some(known), Some(reason)) => invalid(known, reason, now, is_anybody),
    }))
}

/// Which key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `presented` reads")]
#[schema(rename_all = "camelCase")]
struct ValidateRequest {
    key: words::LicenseKey,
    fingerprint: Option<words::Fingerprint>,
}

/// The key, and the device that asks: a question takes no slot, only `/v1/activate` does, but a
/// device that has one is seen.
fn presented(body: &[u8]) -> Result<(String, Option<Fingerprint>), Problem> {
    let mut fields = Fields::parse(body)?;
    let key = key_field(&mut fields);
    let device = fields.optional("fingerprint", Fingerprint::parse);
    fields.finish(|| Some((key?, device)))
}

/// The key of a license, as a buyer types it.
pub(super) fn key_field(fields: &mut Fields) -> Option<String> {
    fields.required("key", |text| match text.len() {
        1..=256 => Ok(text.to_owned()),
        _ => Err("must have 1 to 256 bytes"),
    })
}

/// What a license key is worth.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Validation<'a> {
    valid: bool,
    #[schema(value_type = words::Verdict)]
    status: &'static str,
    /// Why it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::InvalidReason>)]
    reason: Option<&'static str>,
    /// `null` for a key that is unknown.
    #[schema(required, value_type = Option<words::LicenseId>)]
    license_id: Option<&'a LicenseId>,
    /// Of a valid key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::Time>)]
    issued_at: Option<String>,
    /// `null` for never.
    #[schema(required, value_type = Option<words::Time>)]
    expires_at: Option<String>,
    #[schema(required)]
    plan: Option<Plan<'a>>,
    #[schema(required)]
    customer: Option<LicenseHolder<'a>>,
    /// Of a valid key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    activations: Option<SlotsInUse>,
}

/// The key type of a license.
#[derive(Serialize, ToSchema)]
struct Plan<'a> {
    #[schema(value_type = words::KeyTypeId)]
    code: &'a KeyTypeId,
    name: &'a str,
    /// What the license unlocks, each with `true`.
    features: BTreeMap<&'a str, bool>,
}

/// Whose license it is.
#[derive(Serialize, ToSchema)]
struct LicenseHolder<'a> {
    #[schema(value_type = words::CustomerId)]
    id: &'a CustomerId,
    /// `null` for whoever asks with a publishable key.
    #[schema(required, value_type = Option<words::Email>)]
    email: Option<&'a Email>,
}

/// How many devices a license is active on, and may be.
#[derive(Serialize, ToSchema)]
pub(super) struct SlotsInUse {
    pub(super) used: u32,
    pub(super) max: u32,
}

fn answer(body: &Validation<'_>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "private, max-age=15"))
        .json(body)
}

fn unknown(reason: Reason) -> Validation<'static> {
    Validation {
        valid: false,
        status: "INVALID",
        reason: Some(reason.as_str()),
        license_id: None,
        issued_at: None,
        expires_at: None,
        plan: None,
        customer: None,
        activations: None,
    }
}

fn valid(known: &KnownLicense, to_anybody: bool) -> Validation<'_> {
    let license = &known.record.license;
    Validation {
        valid: true,
        status: State::Active.as_str(),
        reason: None,
        issued_at: Some(license.created_at.to_rfc3339()),
        activations: Some(SlotsInUse {
            used: known.activations,
            max: license.activation_limit,
        }),
        ..found(known, to_anybody)
    }
}

fn invalid(
    known: &KnownLicense,
    reason: Reason,
    now: Timestamp,
    to_anybody: bool,
) -> Validation<'_> {
    Validation {
        status: known.record.license.state(now).as_str(),
        reason: Some(reason.as_str()),
        ..found(known, to_anybody)
    }
}

/// What is told of a license, good or not. The customer's address is told to nobody who presents a
/// publishable key: who has found a license's key shall not find a person by it.
fn found(known: &KnownLicense, to_anybody: bool) -> Validation<'_> {
    let record = &known.record;
    let license = &record.license;
    Validation {
        license_id: Some(&license.id),
        expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
        plan: Some(Plan {
            code: &license.key_type,
            name: known.plan.as_str(),
            features: license
                .entitlements
                .as_slice()
                .iter()
                .map(|name| (name.as_str(), true))
                .collect(),
        }),
        customer: Some(LicenseHolder {
            id: &license.customer,
            email: (!to_anybody).then_some(&record.email),
        }),
        ..unknown(Reason::NotFound)
    }
}
