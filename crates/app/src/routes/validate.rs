//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use crate::app::App;
use crate::server::auth::SignedCaller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::api_key::Permission;
use mintage_domain::catalog::DisplayName;
use mintage_domain::license::state::State;
use mintage_domain::ports::LicenseRecord;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::SignatureError;
use mintage_domain::usecase::validate::{Lookup, Reason, judge, look_up};
use serde_json::{Map, Value, json};

/// Says whether a key is good, with 200 also when it is not.
pub(super) async fn validate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = SignedCaller::of(&app, &request, &body.0, Permission::Validate).await?;
    let key = presented_key(&body.0)?;
    let (api_key, product) = (&caller.known.key, &caller.known.product);
    let query = match look_up(&app.env(), api_key, product, &key, caller.nonce) {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => return Ok(answer(&unknown(reason))),
    };
    let read = app.validate(query).await?;
    if !read.fresh {
        return Err(SignatureError::TimestampReplay.into());
    }
    let now = app.clock.now();
    let verdict = judge(&read, now);
    Ok(answer(&match (&read.license, verdict) {
        (None, reason) => unknown(reason.unwrap_or(Reason::NotFound)),
        (Some((record, plan)), None) => valid(record, plan),
        (Some((record, plan)), Some(reason)) => invalid(record, plan, reason, now),
    }))
}

fn presented_key(body: &[u8]) -> Result<String, ApiError> {
    let mut fields = Fields::parse(body)?;
    let key = fields.required("key", |text| match text.len() {
        1..=256 => Ok(text.to_owned()),
        _ => Err("must have 1 to 256 bytes"),
    });
    // Scopes the answer to a device once activations are asked about.
    let _fingerprint = fields.optional("fingerprint", |text| match text.len() {
        1..=256 => Ok(text.to_owned()),
        _ => Err("must have 1 to 256 bytes"),
    });
    fields.finish(|| key)
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

fn valid(record: &LicenseRecord, plan: &DisplayName) -> Value {
    let license = &record.license;
    json!({
        "valid": true,
        "status": State::Active.as_str(),
        "licenseId": license.id,
        "issuedAt": license.created_at.to_rfc3339(),
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(record, plan),
        "customer": customer_of(record),
        // No call takes a device yet, so none is taken.
        "activations": {"used": 0, "max": license.activation_limit},
    })
}

fn invalid(record: &LicenseRecord, plan: &DisplayName, reason: Reason, now: Timestamp) -> Value {
    let license = &record.license;
    json!({
        "valid": false,
        "status": license.state(now).as_str(),
        "reason": reason.as_str(),
        "licenseId": license.id,
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(record, plan),
        "customer": customer_of(record),
    })
}

fn plan_of(record: &LicenseRecord, plan: &DisplayName) -> Value {
    let features: Map<String, Value> = record
        .license
        .entitlements
        .as_slice()
        .iter()
        .map(|name| (name.clone(), Value::Bool(true)))
        .collect();
    json!({
        "code": record.license.key_type,
        "name": plan.as_str(),
        "features": features,
    })
}

fn customer_of(record: &LicenseRecord) -> Value {
    json!({"id": record.license.customer, "email": record.email})
}
