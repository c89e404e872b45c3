//! Movements of money that no other call makes.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde::Deserialize;

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::balance::Movement;
use crate::engine::world::SharedWorld;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::object::StripeObject;
use crate::resources::ledger;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/accounts/{id}/charge", web::post().to(charge))
        .route("/accounts/{id}/adjust", web::post().to(adjust));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    currency: String,
    amount: i64,
    #[serde(default)]
    livemode: bool,
}

/// A buyer pays outside of any session.
async fn charge(world: Data<SharedWorld>, id: Path<String>, body: Json<Payment>) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    let mut world = world.lock();
    response::result(ledger::charge(
        &mut world,
        &scope,
        &body.currency,
        body.amount,
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Adjustment {
    currency: String,
    amount: i64,
    #[serde(default = "adjustment")]
    r#type: String,
    #[serde(default = "other_adjustment")]
    reporting_category: String,
    #[serde(default)]
    livemode: bool,
}

fn adjustment() -> String {
    "adjustment".to_owned()
}

fn other_adjustment() -> String {
    "other_adjustment".to_owned()
}

/// Stripe books an amount of any type.
async fn adjust(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<Adjustment>,
) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    let mut world = world.lock();
    let movement = Movement {
        kind: &body.r#type,
        reporting_category: &body.reporting_category,
        amount: body.amount,
        currency: &body.currency,
        fees: Vec::new(),
        source: None,
        description: None,
    };
    let id = world.book(&scope, movement);
    let booked = world.store.get::<BalanceTransaction>(&scope, &id);
    response::result(booked.map(StripeObject::to_json))
}
