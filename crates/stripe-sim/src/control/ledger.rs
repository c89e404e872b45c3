//! Movements of money that banks and sellers cause, and codes that buyers type.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde::Deserialize;

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::balance::Movement;
use crate::engine::world::SharedWorld;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::charge::Charge;
use crate::model::ledger_objects::{LedgerDispute, LedgerPayout};
use crate::model::object::StripeObject;
use crate::model::session::Session;
use crate::resources::{ledger, promotions};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/accounts/{id}/charge", web::post().to(charge))
        .route("/charges/{id}/withdraw", web::post().to(dispute))
        .route("/withdrawals/{id}/close", web::post().to(close_dispute))
        .route("/accounts/{id}/pay_out", web::post().to(pay_out))
        .route("/payouts/{id}/bounce", web::post().to(fail_payout))
        .route("/accounts/{id}/adjust", web::post().to(adjust))
        .route("/sessions/{id}/promotion_code", web::post().to(redeem));
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

/// The bank of a buyer withdraws a charge.
async fn dispute(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Charge>(&id) else {
        return response::error(404, "There is no such charge.");
    };
    response::result(ledger::dispute(&mut world, &scope, &id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    won: bool,
}

/// The bank decides about a withdrawn charge.
async fn close_dispute(
    world: Data<SharedWorld>,
    id: Path<String>,
    verdict: Json<Verdict>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<LedgerDispute>(&id) else {
        return response::error(404, "There is no such dispute.");
    };
    response::result(ledger::close_dispute(&mut world, &scope, &id, verdict.won))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayOut {
    currency: String,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    livemode: bool,
}

/// The seller pays out a part of the balance, or all of it.
async fn pay_out(world: Data<SharedWorld>, id: Path<String>, body: Json<PayOut>) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::from_livemode(body.livemode));
    let mut world = world.lock();
    response::result(ledger::pay_out(
        &mut world,
        &scope,
        &body.currency,
        body.amount,
    ))
}

/// The bank of the seller sends a payout back.
async fn fail_payout(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<LedgerPayout>(&id) else {
        return response::error(404, "There is no such payout.");
    };
    response::result(ledger::fail_payout(&mut world, &scope, &id))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedCode {
    code: String,
}

/// The buyer types a promotion code on the page of an open session.
async fn redeem(world: Data<SharedWorld>, id: Path<String>, body: Json<TypedCode>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Session>(&id) else {
        return response::error(404, "There is no such session.");
    };
    response::result(promotions::redeem(&mut world, &scope, &id, &body.code))
}
