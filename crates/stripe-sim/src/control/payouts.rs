//! Payouts to the owner of an account, which Stripe or a bank starts.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::SharedWorld;
use crate::model::payout::Payout;
use crate::resources::payouts;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayout {
    /// All of the balance by default.
    #[serde(default)]
    amount: Option<i64>,
    currency: String,
    #[serde(default)]
    livemode: bool,
}

/// Pays out to the owner of an account.
pub(crate) async fn pay(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<NewPayout>,
) -> HttpResponse {
    let mut world = world.lock();
    if world.accounts.get(&id).is_none() {
        return response::error(404, "There is no such account.");
    }
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    response::result(payouts::pay(
        &mut world,
        &scope,
        body.amount,
        &body.currency,
    ))
}

/// The bank sends a payout back.
pub(crate) async fn fail(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Payout>(&id) else {
        return response::error(404, "There is no such payout.");
    };
    response::result(payouts::fail(&mut world, &scope, &id))
}
