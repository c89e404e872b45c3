//! What a seller does with their account.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{done, refused};
use crate::accounts::Account;
use crate::config::Mode;
use crate::world::{Scope, Shared, World};

/// The accounts with their own keys and what the platform may do.
pub(super) async fn all(world: Data<Shared>) -> HttpResponse {
    let world = world.lock();
    done(
        world
            .accounts
            .iter()
            .map(|account| show_account(&world, account))
            .collect(),
    )
}

fn show_account(world: &World, account: &Account) -> Value {
    let mode = |mode: Mode| {
        let scope = Scope::new(&account.id, mode);
        json!({
            "connected": world.accounts.is_connected(&scope),
            "secret_key": world.accounts.own_key(&scope),
        })
    };
    json!({
        "id": account.id,
        "email": account.email,
        "charges_enabled": account.charges_enabled,
        "payouts_enabled": account.payouts_enabled,
        "details_submitted": account.details_submitted,
        "test": mode(Mode::Test),
        "live": mode(Mode::Live),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    #[serde(default)]
    email: Option<String>,
}

pub(super) async fn open_account(world: Data<Shared>, asked: Json<NewAccount>) -> HttpResponse {
    let mut world = world.lock();
    let id = world.open_account(asked.email.as_deref());
    let shown = world
        .accounts
        .get(&id)
        .map(|account| show_account(&world, account));
    done(shown.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flags {
    charges_enabled: Option<bool>,
    payouts_enabled: Option<bool>,
    details_submitted: Option<bool>,
}

/// Sets flags and tells of it where the platform is connected.
pub(super) async fn set_account(
    world: Data<Shared>,
    id: Path<String>,
    flags: Json<Flags>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(account) = world.accounts.get_mut(&id) else {
        return refused(404, "There is no such account.");
    };
    let mut previous = json!({});
    let wanted = [
        (
            "charges_enabled",
            flags.charges_enabled,
            &mut account.charges_enabled,
        ),
        (
            "payouts_enabled",
            flags.payouts_enabled,
            &mut account.payouts_enabled,
        ),
        (
            "details_submitted",
            flags.details_submitted,
            &mut account.details_submitted,
        ),
    ];
    for (name, wanted, flag) in wanted {
        if let Some(wanted) = wanted.filter(|wanted| wanted != flag) {
            previous[name] = (*flag).into();
            *flag = wanted;
        }
    }
    let body = account.body();
    for mode in [Mode::Test, Mode::Live] {
        let scope = Scope::new(&*id, mode);
        if world.accounts.is_connected(&scope) {
            world.emit_update(&scope, "account.updated", &body, &previous);
        }
    }
    done(body)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InMode {
    #[serde(default)]
    livemode: bool,
}

/// What OAuth does, without the browser.
pub(super) async fn connect(
    world: Data<Shared>,
    id: Path<String>,
    asked: Json<InMode>,
) -> HttpResponse {
    let mut world = world.lock();
    if world.accounts.get(&id).is_none() {
        return refused(404, "There is no such account.");
    }
    world
        .accounts
        .connect(Scope::new(&*id, Mode::of(asked.livemode)));
    done(json!({}))
}

/// The seller removes the platform in their own dashboard.
pub(super) async fn deauthorize(
    world: Data<Shared>,
    id: Path<String>,
    asked: Json<InMode>,
) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::of(asked.livemode));
    if world.lock().deauthorize(&scope) {
        done(json!({}))
    } else {
        refused(404, "The account is not connected in this mode.")
    }
}
