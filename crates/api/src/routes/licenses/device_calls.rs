//! `POST /v1/activate`, `/v1/heartbeat`, `/v1/deactivate`
//! (usekeystack.com/docs/device-activations).

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::ActivationId;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::text::Text;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::activation::{Device, DeviceText, Fingerprint};
use mintage_domain::usecase::licenses::activation::{
    self, Activated, ActivationSelector, ActivationUsage, Heartbeat,
};
use mintage_domain::usecase::licenses::validate::Lookup;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::settle;
use serde::Serialize;
use utoipa::ToSchema;

use super::license_key::key_field;
use crate::auth::{AppCaller, SignedCaller};
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes};
use crate::views::{DeviceActivated, DeviceDeactivated, DeviceHeard, SlotsInUse};

/// Takes a slot of a license for a device
///
/// 200 also when there is none left. A device that has a slot keeps it. The API key needs the scope
/// `FULL` or `VALIDATE_ONLY`, or is publishable.
#[utoipa::path(
    post,
    path = "/v1/activate",
    operation_id = "activateDevice",
    tag = "Signed calls",
    request_body = ActivateRequest,
    responses((status = 200, description = "What came of it.", body = DeviceActivated, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn activate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = AppCaller::of(&app, &request, &body.0, Permission::Activate).await?;
    let (key, device) = read(&body.0, device)?;
    let call = match caller.look_up(&app, &request, &key).await? {
        Lookup::Ask(call) => call,
        Lookup::Refuse(reason) => return Ok(answer(&no_slot(reason.as_str(), None))),
    };
    let activated = settle(&app, move |app, refused| {
        activation::activate(&*app.store, &app.env(), &call, &device, refused)
    })
    .await?;
    Ok(answer(&match activated {
        Activated::Active(id, slots) => DeviceActivated {
            valid: true,
            reason: None,
            activation_id: Some(id),
            activations: Some(show(slots)),
        },
        Activated::Full(slots) => no_slot("limit_reached", Some(slots)),
        Activated::Refused(reason) => no_slot(reason.as_str(), None),
    }))
}

/// Notes that a device is still there
///
/// The API key needs the scope `FULL` or `VALIDATE_ONLY`.
#[utoipa::path(
    post,
    path = "/v1/heartbeat",
    operation_id = "heartbeat",
    tag = "Signed calls",
    request_body = HeartbeatRequest,
    responses((status = 200, description = "Whether it has a slot.", body = DeviceHeard, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = [])),
)]
pub(super) async fn heartbeat(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = SignedCaller::of(&app, &request, &body.0, Permission::TendDevices).await?;
    let (key, fingerprint) = read(&body.0, |fields| {
        fields.required("fingerprint", Fingerprint::parse)
    })?;
    let call = match caller.look_up(&app, &key) {
        Lookup::Ask(call) => call,
        Lookup::Refuse(reason) => return Ok(answer(&unheard(reason.as_str()))),
    };
    let heard = settle(&app, move |app, refused| {
        activation::heartbeat(&*app.store, &app.env(), &call, &fingerprint, refused)
    })
    .await?;
    Ok(answer(&match heard {
        Heartbeat::Seen(at) => DeviceHeard {
            ok: true,
            reason: None,
            last_seen_at: Some(at.to_rfc3339()),
        },
        Heartbeat::NotActivated => unheard("not_activated"),
        Heartbeat::Refused(reason) => unheard(reason.as_str()),
    }))
}

/// Gives a device's slot back
///
/// Says whether it had one. The API key needs the scope `FULL` or `VALIDATE_ONLY`.
#[utoipa::path(
    post,
    path = "/v1/deactivate",
    operation_id = "deactivateDevice",
    tag = "Signed calls",
    request_body = DeactivateRequest,
    responses((status = 200, description = "What came of it.", body = DeviceDeactivated, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = [])),
)]
pub(super) async fn deactivate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = SignedCaller::of(&app, &request, &body.0, Permission::TendDevices).await?;
    let (key, which) = read(&body.0, which)?;
    let deactivated = match caller.look_up(&app, &key) {
        Lookup::Refuse(_) => false,
        Lookup::Ask(call) => {
            settle(&app, move |app, refused| {
                activation::deactivate(&*app.store, &app.env(), &call, &which, refused)
            })
            .await?
        }
    };
    Ok(answer(&DeviceDeactivated { deactivated }))
}

/// Reads the license key of a body, and what else it says.
fn read<T>(
    body: &[u8],
    rest: impl FnOnce(&mut Fields) -> Option<T>,
) -> Result<(String, T), Problem> {
    let mut fields = Fields::parse(body)?;
    let key = key_field(&mut fields);
    let rest = rest(&mut fields);
    fields.finish(|| Some((key?, rest?)))
}

fn device(fields: &mut Fields) -> Option<Device> {
    let fingerprint = fields.required("fingerprint", Fingerprint::parse);
    let hostname = fields.optional("hostname", DeviceText::parse);
    let os = fields.optional("os", DeviceText::parse);
    let metadata = fields.free_object("metadata", Metadata::parse);
    Some(Device {
        fingerprint: fingerprint?,
        hostname: hostname.and_then(Text::non_empty),
        os: os.and_then(Text::non_empty),
        metadata,
    })
}

fn which(fields: &mut Fields) -> Option<ActivationSelector> {
    let by_fingerprint = fields.optional("fingerprint", Fingerprint::parse);
    let by_id = fields.optional("activationId", ActivationId::parse);
    match (by_fingerprint, by_id) {
        (Some(fingerprint), None) => Some(ActivationSelector::Fingerprint(fingerprint)),
        (None, Some(id)) => Some(ActivationSelector::Id(id)),
        (Some(_), Some(_)) => {
            fields.reject("activationId", "takes the place of fingerprint");
            None
        }
        (None, None) => {
            fields.reject("fingerprint", "is required, or activationId in its place");
            None
        }
    }
}

fn show(slots: ActivationUsage) -> SlotsInUse {
    SlotsInUse {
        used: slots.used,
        max: slots.max,
    }
}

fn no_slot(reason: &'static str, slots: Option<ActivationUsage>) -> DeviceActivated {
    DeviceActivated {
        valid: false,
        reason: Some(reason),
        activation_id: None,
        activations: slots.map(show),
    }
}

fn unheard(reason: &'static str) -> DeviceHeard {
    DeviceHeard {
        ok: false,
        reason: Some(reason),
        last_seen_at: None,
    }
}

fn answer(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body)
}

/// A device that asks for a slot.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `activate` reads")]
struct ActivateRequest {
    key: schema::LicenseKey,
    fingerprint: schema::Fingerprint,
    hostname: Option<schema::DeviceName>,
    os: Option<schema::DeviceName>,
    metadata: Option<schema::Metadata>,
}

/// A device that is still there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `heartbeat` reads")]
struct HeartbeatRequest {
    key: schema::LicenseKey,
    fingerprint: schema::Fingerprint,
}

/// A device that gives its slot back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `deactivate` reads")]
#[serde(untagged)]
enum DeactivateRequest {
    ByFingerprint(HeartbeatRequest),
    ById(DeviceById),
}

/// A device by what `/v1/activate` called it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `deactivate` reads")]
#[schema(rename_all = "camelCase")]
struct DeviceById {
    key: schema::LicenseKey,
    activation_id: schema::ActivationId,
}
