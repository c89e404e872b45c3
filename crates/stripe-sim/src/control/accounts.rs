//! Actions of a seller on their account.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::{SharedWorld, World};
use crate::model::account::{Account, Requirements, Schedule};
use crate::platform::connection;
use crate::resources::accounts;

const NO_SUCH_ACCOUNT: &str = "There is no such account.";

/// Lists the accounts with their own keys and their connections.
pub(crate) async fn list(world: Data<SharedWorld>) -> HttpResponse {
    let world = world.lock();
    let accounts = world.accounts.list();
    response::ok(
        accounts
            .map(|account| account_json(&world, account))
            .collect(),
    )
}

fn account_json(world: &World, account: &Account) -> Value {
    let mode_json = |mode: Mode| {
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
        "test": mode_json(Mode::Test),
        "live": mode_json(Mode::Live),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    #[serde(default)]
    email: Option<String>,
}

pub(crate) async fn create(world: Data<SharedWorld>, body: Json<NewAccount>) -> HttpResponse {
    let mut world = world.lock();
    let id = accounts::create(&mut world, body.email.as_deref());
    let account = world.accounts.get(&id);
    let json = account.map(|account| account_json(&world, account));
    response::ok(json.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountUpdate {
    charges_enabled: Option<bool>,
    payouts_enabled: Option<bool>,
    details_submitted: Option<bool>,
    instant_payouts: Option<bool>,
    #[serde(rename = "type")]
    kind: Option<String>,
    requirements: Option<RequirementsUpdate>,
    schedule: Option<ScheduleUpdate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequirementsUpdate {
    #[serde(default)]
    currently_due: Vec<String>,
    #[serde(default)]
    past_due: Vec<String>,
    disabled_reason: Option<String>,
    current_deadline: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleUpdate {
    interval: String,
    #[serde(default)]
    delay_days: i64,
    weekly_anchor: Option<String>,
    monthly_anchor: Option<i64>,
}

impl AccountUpdate {
    /// Changes the account and returns the former values of the changed fields.
    fn apply(self, account: &mut Account) -> Value {
        let before = account.to_json();
        let flags = [
            (self.charges_enabled, &mut account.charges_enabled),
            (self.payouts_enabled, &mut account.payouts_enabled),
            (self.details_submitted, &mut account.details_submitted),
            (self.instant_payouts, &mut account.instant_payouts),
        ];
        for (new_value, field) in flags {
            *field = new_value.unwrap_or(*field);
        }
        account.kind = self.kind.unwrap_or_else(|| account.kind.clone());
        if let Some(update) = self.requirements {
            account.requirements = Requirements {
                currently_due: update.currently_due,
                past_due: update.past_due,
                disabled_reason: update.disabled_reason,
                current_deadline: update.current_deadline,
            };
        }
        if let Some(update) = self.schedule {
            account.schedule = Schedule {
                interval: update.interval,
                delay_days: update.delay_days,
                weekly_anchor: update.weekly_anchor,
                monthly_anchor: update.monthly_anchor,
            };
        }
        let after = account.to_json();
        let mut previous = json!({});
        for (name, old_value) in before.as_object().into_iter().flatten() {
            if after.get(name) != Some(old_value) {
                previous[name] = old_value.clone();
            }
        }
        previous
    }
}

/// Updates an account and emits `account.updated` in each mode in which the platform is connected.
pub(crate) async fn update(
    world: Data<SharedWorld>,
    id: Path<String>,
    update: Json<AccountUpdate>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(account) = world.accounts.get_mut(&id) else {
        return response::error(404, NO_SUCH_ACCOUNT);
    };
    let previous = update.into_inner().apply(account);
    let json = account.to_json();
    for mode in Mode::ALL {
        let scope = Scope::new(&*id, mode);
        if world.accounts.is_connected(&scope) {
            world.emit_update(&scope, "account.updated", &json, &previous);
        }
    }
    response::ok(json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionMode {
    #[serde(default)]
    livemode: bool,
}

/// Connects the platform to an account without OAuth.
pub(crate) async fn connect(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<ConnectionMode>,
) -> HttpResponse {
    let mut world = world.lock();
    if world.accounts.get(&id).is_none() {
        return response::error(404, NO_SUCH_ACCOUNT);
    }
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    world.accounts.connect(scope);
    response::ok(json!({}))
}

/// Removes the platform's access as the seller does in the dashboard.
pub(crate) async fn deauthorize(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<ConnectionMode>,
) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    if connection::deauthorize(&mut world.lock(), &scope) {
        response::ok(json!({}))
    } else {
        response::error(404, "The account is not connected in this mode.")
    }
}

/// Deletes all objects of an account in one mode, as wiping test data does. Idempotency keys stay.
pub(crate) async fn wipe(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<ConnectionMode>,
) -> HttpResponse {
    let mut world = world.lock();
    if world.accounts.get(&id).is_none() {
        return response::error(404, NO_SUCH_ACCOUNT);
    }
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    world.store.wipe(&scope);
    response::ok(json!({}))
}
