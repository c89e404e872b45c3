//! `POST /v1/activate`, `/v1/heartbeat`, `/v1/deactivate`
//! (usekeystack.com/docs/device-activations).

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::text::Text;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::activation::Device;
use mintage_domain::usecase::licenses::activation::{
    self, Activated, ActivationSelector, Heartbeat, InvalidSelector,
};
use mintage_domain::usecase::licenses::validate::Lookup;
use mintage_runtime::app::App;
use mintage_runtime::settle::settle;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::AppCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body, read_body_with};
use crate::schema;
use crate::views::licenses::{ActivationResult, DeactivationResult, HeartbeatResult};

/// The license, and the device to activate the license on.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults)]
struct ActivateLicenseRequest {
    key: schema::LicenseKey,
    fingerprint: schema::Fingerprint,
    #[deserr(default)]
    hostname: Option<schema::DeviceText>,
    #[deserr(default)]
    os: Option<schema::DeviceText>,
    #[deserr(default)]
    metadata: Option<schema::Metadata>,
}

impl ActivateLicenseRequest {
    fn into_parts(self) -> (schema::LicenseKey, Device) {
        let device = Device {
            fingerprint: self.fingerprint.0,
            hostname: self.hostname.and_then(|text| Text::non_empty(text.0)),
            os: self.os.and_then(|text| Text::non_empty(text.0)),
            metadata: self.metadata.map(|metadata| metadata.0),
        };
        (self.key, device)
    }
}

/// Activate a license on a device
///
/// Answers 200 also when the activation limit is reached or the license is not valid; `reason` then says
/// why. A license that is already active on the device stays active. The API key needs the scope `FULL`
/// or `VALIDATE_ONLY`, or is publishable.
#[utoipa::path(
    post,
    path = "/v1/activate",
    operation_id = "activateLicense",
    tag = "Signed calls",
    request_body = ActivateLicenseRequest,
    responses((status = 200, description = "The result.", body = ActivationResult<'_>, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn activate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let (caller, body) = AppCaller::of(&app, &request, body, Permission::Activate).await?;
    let (key, device) = read_body::<ActivateLicenseRequest>(&body)?.into_parts();
    let activated = match caller.look_up(&app, &request, &key.0).await? {
        Lookup::Refuse(reason) => Activated::Refused(reason),
        Lookup::Ask(call) => {
            settle(&app, move |app, refused| {
                activation::activate(&*app.store, &app.env(), &call, &device, refused)
            })
            .await?
        }
    };
    Ok(no_store(&ActivationResult::of(&activated)))
}

/// The license and the device of a heartbeat.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults)]
struct RecordHeartbeatRequest {
    key: schema::LicenseKey,
    fingerprint: schema::Fingerprint,
}

/// Record a heartbeat of a device
///
/// Updates the last-seen time of the activation. The API key needs the scope `FULL` or
/// `VALIDATE_ONLY`, or is publishable.
#[utoipa::path(
    post,
    path = "/v1/heartbeat",
    operation_id = "recordHeartbeat",
    tag = "Signed calls",
    request_body = RecordHeartbeatRequest,
    responses((status = 200, description = "The result.", body = HeartbeatResult, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn heartbeat(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let (caller, body) = AppCaller::of(&app, &request, body, Permission::ManageDevice).await?;
    let RecordHeartbeatRequest { key, fingerprint } = read_body(&body)?;
    let heartbeat = match caller.look_up(&app, &request, &key.0).await? {
        Lookup::Refuse(reason) => Heartbeat::Refused(reason),
        Lookup::Ask(call) => {
            settle(&app, move |app, refused| {
                activation::heartbeat(&*app.store, &app.env(), &call, &fingerprint.0, refused)
            })
            .await?
        }
    };
    Ok(no_store(&HeartbeatResult::of(&heartbeat)))
}

/// The license, and the device to deactivate the license on: either `fingerprint` or `activationId`.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
struct DeactivateLicenseRequest {
    key: schema::LicenseKey,
    #[deserr(default)]
    fingerprint: Option<schema::Fingerprint>,
    /// The id of the activation, in place of `fingerprint`.
    #[deserr(default)]
    activation_id: Option<schema::ActivationId>,
}

fn selector(
    fingerprint: Option<schema::Fingerprint>,
    id: Option<schema::ActivationId>,
) -> Result<ActivationSelector, Faults> {
    let selector = ActivationSelector::new(fingerprint.map(|it| it.0), id.map(|it| it.0));
    selector.map_err(|error| match error {
        InvalidSelector::Both => Faults::one("activationId", error),
        InvalidSelector::Neither => Faults::one("fingerprint", error),
    })
}

/// Deactivate a license on a device
///
/// `deactivated` says whether the license was active on the device. The API key needs the scope `FULL`
/// or `VALIDATE_ONLY`, or is publishable; with a publishable key, `fingerprint` names the device.
#[utoipa::path(
    post,
    path = "/v1/deactivate",
    operation_id = "deactivateLicense",
    tag = "Signed calls",
    request_body = DeactivateLicenseRequest,
    responses((status = 200, description = "The result.", body = DeactivationResult, headers(
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = []), ("publishableKey" = [])),
)]
pub(super) async fn deactivate(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let (caller, body) = AppCaller::of(&app, &request, body, Permission::ManageDevice).await?;
    let body = read_body_with::<DeactivateLicenseRequest>(&body, |fields| {
        selector(fields.get("fingerprint"), fields.get("activationId")).map(drop)
    })?;
    let selector = selector(body.fingerprint, body.activation_id)?;
    if matches!(selector, ActivationSelector::Id(_)) {
        caller.check_permission(Permission::ManageActivations)?;
    }
    let deactivated = match caller.look_up(&app, &request, &body.key.0).await? {
        Lookup::Refuse(_) => false,
        Lookup::Ask(call) => {
            settle(&app, move |app, refused| {
                activation::deactivate(&*app.store, &app.env(), &call, &selector, refused)
            })
            .await?
        }
    };
    Ok(no_store(&DeactivationResult { deactivated }))
}

fn no_store(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body)
}
