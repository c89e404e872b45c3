//! Faults, the clock, redirect addresses and webhook endpoints.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use serde_json::json;

use crate::base::config::WebhookEndpoint;
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::control::response;
use crate::engine::faults::Fault;
use crate::engine::world::SharedWorld;
use crate::resources::sessions;

pub(crate) async fn add_fault(world: Data<SharedWorld>, fault: Json<Fault>) -> HttpResponse {
    let fault = fault.into_inner();
    if !fault.is_valid() {
        return response::error(400, "The status of a fault must be between 400 and 599.");
    }
    world.lock().faults.add(fault);
    response::ok(json!({}))
}

pub(crate) async fn delete_faults(world: Data<SharedWorld>) -> HttpResponse {
    world.lock().faults.clear();
    response::ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockUpdate {
    offset: i64,
}

pub(crate) async fn set_clock(world: Data<SharedWorld>, body: Json<ClockUpdate>) -> HttpResponse {
    let mut world = world.lock();
    world.clock.set_offset(body.offset);
    sessions::expire_due(&mut world);
    response::ok(json!({ "now": world.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRedirectUri {
    uri: String,
}

pub(crate) async fn add_redirect_uri(
    world: Data<SharedWorld>,
    body: Json<NewRedirectUri>,
) -> HttpResponse {
    let uri = body.into_inner().uri;
    world.lock().config.redirect_uris.push(uri);
    response::ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhookEndpoint {
    url: String,
    secret: String,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    account: Option<String>,
}

pub(crate) async fn add_webhook_endpoint(
    world: Data<SharedWorld>,
    body: Json<NewWebhookEndpoint>,
) -> HttpResponse {
    let body = body.into_inner();
    world.lock().config.webhook_endpoints.push(WebhookEndpoint {
        url: body.url,
        secret: Secret::new(body.secret),
        mode: Mode::from_livemode(body.livemode),
        account: body.account,
    });
    response::ok(json!({}))
}
