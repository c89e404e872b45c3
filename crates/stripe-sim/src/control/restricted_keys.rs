//! Restricted keys, and the order in which calls check permissions.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::json;

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::SharedWorld;
use crate::resources::restricted_keys::create;

/// Lists the keys with their permissions.
pub(crate) async fn list(world: Data<SharedWorld>) -> HttpResponse {
    response::ok(world.lock().restricted_keys.to_json())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRestrictedKey {
    account: String,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    name: String,
    permissions: BTreeSet<String>,
}

pub(crate) async fn create_key(
    world: Data<SharedWorld>,
    body: Json<NewRestrictedKey>,
) -> HttpResponse {
    let body = body.into_inner();
    let scope = Scope::new(body.account, Mode::from_livemode(body.livemode));
    let mut world = world.lock();
    match create(&mut world, &scope, &body.name, body.permissions) {
        Some(json) => response::ok(json),
        None => response::error(404, "There is no such account."),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyUpdate {
    permissions: Option<BTreeSet<String>>,
    revoked: Option<bool>,
}

/// Narrows, widens or revokes a key, as the seller does in the dashboard.
pub(crate) async fn update_key(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<KeyUpdate>,
) -> HttpResponse {
    let (mut world, update) = (world.lock(), body.into_inner());
    let Some(key) = world.restricted_keys.get_mut(&id) else {
        return response::error(404, "There is no such key.");
    };
    if let Some(permissions) = update.permissions {
        key.permissions = permissions;
    }
    key.revoked = update.revoked.unwrap_or(key.revoked);
    response::ok(key.to_json())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionOrder {
    path: String,
    existence_first: bool,
}

/// Sets which of the two a restricted key learns first from calls below a path: that an object does not
/// exist, or that the key lacks a permission.
pub(crate) async fn set_permission_order(
    world: Data<SharedWorld>,
    body: Json<PermissionOrder>,
) -> HttpResponse {
    let (mut world, order) = (world.lock(), body.into_inner());
    if order.existence_first {
        world.existence_first.insert(order.path);
    } else {
        world.existence_first.remove(&order.path);
    }
    response::ok(json!({}))
}
