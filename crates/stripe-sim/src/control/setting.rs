//! Faults, the clock, and where things are sent.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use serde_json::json;

use super::{done, refused};
use crate::config::{Mode, Secret, WebhookEndpoint};
use crate::faults::Fault;
use crate::world::Shared;

pub(super) async fn plant(world: Data<Shared>, fault: Json<Fault>) -> HttpResponse {
    let fault = fault.into_inner();
    if !fault.is_sound() {
        return refused(400, "A fault's status is between 400 and 599.");
    }
    world.lock().faults.plant(fault);
    done(json!({}))
}

pub(super) async fn heal(world: Data<Shared>) -> HttpResponse {
    world.lock().faults.clear();
    done(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    offset: i64,
}

pub(super) async fn set_clock(world: Data<Shared>, clock: Json<Clock>) -> HttpResponse {
    let mut world = world.lock();
    world.config.clock_offset = clock.offset;
    world.expire_due_sessions();
    done(json!({ "now": world.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedirectUri {
    uri: String,
}

pub(super) async fn add_redirect_uri(
    world: Data<Shared>,
    asked: Json<RedirectUri>,
) -> HttpResponse {
    world
        .lock()
        .config
        .redirect_uris
        .push(asked.into_inner().uri);
    done(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Endpoint {
    url: String,
    secret: String,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    account: Option<String>,
}

pub(super) async fn add_endpoint(world: Data<Shared>, asked: Json<Endpoint>) -> HttpResponse {
    let asked = asked.into_inner();
    world.lock().config.webhook_endpoints.push(WebhookEndpoint {
        url: asked.url,
        secret: Secret::new(asked.secret),
        mode: Mode::of(asked.livemode),
        account: asked.account,
    });
    done(json!({}))
}
