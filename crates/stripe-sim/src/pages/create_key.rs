//! `/apikeys/create` and `/test/apikeys/create`: the dashboard's page on which a seller creates a restricted
//! key. The parameters `name` and `permissions[]` fill in the form.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::form::{self, Pairs};
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::permissions;
use crate::engine::world::SharedWorld;
use crate::pages::html;
use crate::resources::restricted_keys::create;

fn mode(request: &HttpRequest) -> Mode {
    Mode::from_livemode(!request.path().starts_with("/test/"))
}

fn chosen(params: &Pairs) -> BTreeSet<String> {
    let chosen = params.iter().filter(|(name, _)| name == "permissions[]");
    chosen.map(|(_, value)| value.clone()).collect()
}

/// `GET`: the form.
pub(crate) async fn get(world: Data<SharedWorld>, request: HttpRequest) -> HttpResponse {
    let params = form::decode(request.query_string().as_bytes());
    let world = world.lock();
    let accounts: Vec<&str> = world.accounts.list().map(|it| it.id.as_str()).collect();
    let chosen = chosen(&params);
    let rows: Vec<(String, bool)> = permissions::all()
        .into_iter()
        .map(|permission| {
            let is_chosen = chosen.contains(&permission);
            (permission, is_chosen)
        })
        .collect();
    let name = form::field(&params, "name").unwrap_or_default();
    html::create_key(name, &accounts, &rows, mode(&request).as_str())
}

/// `POST`: creates the key and shows it.
pub(crate) async fn submit(
    world: Data<SharedWorld>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let params = form::decode(&body);
    let account = form::field(&params, "account").unwrap_or_default();
    let scope = Scope::new(account, mode(&request));
    let name = form::field(&params, "name").unwrap_or_default();
    let created = create(&mut world.lock(), &scope, name, chosen(&params));
    let key = created.as_ref().and_then(|json| json["key"].as_str());
    match key {
        Some(key) => html::notice(StatusCode::OK, "Your restricted key", key),
        None => html::notice(
            StatusCode::BAD_REQUEST,
            "No key",
            "There is no such account.",
        ),
    }
}
