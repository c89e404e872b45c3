//! `POST /v1/validate` (usekeystack.com/docs/validating-licenses).

use crate::app::App;
use crate::server::auth::SignedCaller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::activation::Fingerprint;
use mintage_domain::api_key::Permission;
use mintage_domain::license::state::State;
use mintage_domain::ports::{KnownLicense, Sighted};
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
    let (key, device) = presented(&body.0)?;
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
    let verdict = judge(read.license.as_ref(), now);
    if let (Some(known), None, Some(device)) = (&read.license, verdict, device) {
        let seen = Sighted::Device(known.record.license.id.clone(), device);
        app.sightings.note(seen, now);
    }
    Ok(answer(&match (&read.license, verdict) {
        (None, reason) => unknown(reason.unwrap_or(Reason::NotFound)),
        (Some(known), None) => valid(known),
        (Some(known), Some(reason)) => invalid(known, reason, now),
    }))
}

/// The key, and the device that asks: a question takes no slot, only `/v1/activate` does, but a
/// device that has one is seen.
fn presented(body: &[u8]) -> Result<(String, Option<Fingerprint>), ApiError> {
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

fn valid(known: &KnownLicense) -> Value {
    let license = &known.record.license;
    json!({
        "valid": true,
        "status": State::Active.as_str(),
        "licenseId": license.id,
        "issuedAt": license.created_at.to_rfc3339(),
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(known),
        "customer": customer_of(known),
        "activations": {"used": known.activations, "max": license.activation_limit},
    })
}

fn invalid(known: &KnownLicense, reason: Reason, now: Timestamp) -> Value {
    let license = &known.record.license;
    json!({
        "valid": false,
        "status": license.state(now).as_str(),
        "reason": reason.as_str(),
        "licenseId": license.id,
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "plan": plan_of(known),
        "customer": customer_of(known),
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

fn customer_of(known: &KnownLicense) -> Value {
    let record = &known.record;
    json!({"id": record.license.customer, "email": record.email})
}
