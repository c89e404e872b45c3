//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use crate::app::App;
use crate::server::auth::AppCaller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::activation::Fingerprint;
use mintage_domain::api_key::Permission;
use mintage_domain::license::state::State;
use mintage_domain::ports::KnownLicense;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::SignatureError;
use mintage_domain::usecase::validate::{Lookup, Reason, judge};
use serde_json::{Map, Value, json};

/// Says whether a key is good, with 200 also when it is not.
pub(super) async fn validate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = AppCaller::of(&app, &request, &body.0, Permission::Validate).await?;
    let key = presented_key(&body.0)?;
    let is_anybody = caller.is_anybody();
    let query = match caller.look_up(&app, &key) {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => return Ok(answer(&unknown(reason))),
    };
    let read = app.validate(query).await?;
    if !read.fresh {
        return Err(SignatureError::TimestampReplay.into());
    }
    let now = app.clock.now();
    let verdict = judge(read.license.as_ref(), now);
    Ok(answer(&match (&read.license, verdict) {
        (None, reason) => unknown(reason.unwrap_or(Reason::NotFound)),
        (Some(known), None) => valid(known, is_anybody),
        (Some(known), Some(reason)) => invalid(known, reason, now, is_anybody),
    }))
}

fn presented_key(body: &[u8]) -> Result<String, ApiError> {
    let mut fields = Fields::parse(body)?;
    let key = key_field(&mut fields);
    // A question takes no slot: only `/v1/activate` does.
    let _ = fields.optional("fingerprint", Fingerprint::parse);
    fields.finish(|| key)
}

/// The key of a license, as a buyer types it.
pub(super) fn key_field(fields: &mut Fields) -> Option<String> {
    fields.required("key", |text| match text.len() {
        1..=256 => Ok(text.to_owned()),
        _ => Err("must have 1 to 256 bytes"),
    })
}

fn answer(body: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "private, max-age=15"))
        .json(body)
}

fn unknown(reason: Reason) -> Value {
    json!({
        "valid": false,
        "status": "INVALID",
        "reason": reason.as_str(),
        "licenseId": null,
        "expiresAt": null,
        "plan": null,
        "customer": null,
    })
}

fn valid(known: &KnownLicense, to_anybody: bool) -> Value {
    let license = &known.record.license;
    json!({
        "valid": true,
        "status": State::Active.as_str(),
        "licenseId": license.id,
        "issuedAt": license.created_at.to_rfc3339(),
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(known),
        "customer": customer_of(known, to_anybody),
        "activations": {"used": known.activations, "max": license.activation_limit},
    })
}

fn invalid(known: &KnownLicense, reason: Reason, now: Timestamp, to_anybody: bool) -> Value {
    let license = &known.record.license;
    json!({
        "valid": false,
        "status": license.state(now).as_str(),
        "reason": reason.as_str(),
        "licenseId": license.id,
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(known),
        "customer": customer_of(known, to_anybody),
    })
}

fn plan_of(known: &KnownLicense) -> Value {
    let license = &known.record.license;
    let features: Map<String, Value> = license
        .entitlements
        .as_slice()
        .iter()
        .map(|name| (name.clone(), Value::Bool(true)))
        .collect();
    json!({
        "code": license.key_type,
        "name": known.plan.as_str(),
        "features": features,
    })
}

/// Whose license it is. The address is told to nobody who presents a publishable key: who has found
/// a license's key shall not find a person by it.
fn customer_of(known: &KnownLicense, to_anybody: bool) -> Value {
    let record = &known.record;
    let email = (!to_anybody).then_some(&record.email);
    json!({"id": record.license.customer, "email": email})
}
