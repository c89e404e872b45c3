//! Actions of a bank, and of a seller in the dashboard.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::json;

use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::{SharedWorld, World};
use crate::model::charge::Charge;
use crate::model::event::EventRequest;
use crate::model::refund::{Refund, RefundStatus};
use crate::model::session::Session;
use crate::resources::checkout;
use crate::resources::refunds::{self, RefundRequest};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settlement {
    succeeds: bool,
}

/// Settles the bank debit of a session: the payment succeeds or fails.
pub(crate) async fn settle(
    world: Data<SharedWorld>,
    id: Path<String>,
    settlement: Json<Settlement>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Session>(&id) else {
        return response::error(404, "There is no such session.");
    };
    let settled = checkout::settle(&mut world, &scope, &id, settlement.succeeds);
    response::result(settled.map(|()| json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DashboardRefund {
    #[serde(default)]
    amount: Option<i64>,
}

/// Refunds a charge as the seller does in the dashboard.
pub(crate) async fn refund(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<DashboardRefund>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Charge>(&id) else {
        return response::error(404, "There is no such charge.");
    };
    if body
        .amount
        .is_some_and(|amount| !is_refundable(&world, &scope, &id, amount))
    {
        return response::error(
            400,
            "The amount must be between 1 and the amount that is not refunded yet.",
        );
    }
    let refund = RefundRequest {
        amount: body.amount,
        ..RefundRequest::default()
    };
    let request = EventRequest::default();
    response::result(refunds::create_for_charge(
        &mut world, &scope, &id, refund, &request,
    ))
}

/// A refund fails at the buyer's bank.
pub(crate) async fn fail_refund(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    undo_refund(&world, &id, RefundStatus::Failed)
}

/// The seller cancels a refund.
pub(crate) async fn cancel_refund(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    undo_refund(&world, &id, RefundStatus::Canceled)
}

fn undo_refund(world: &SharedWorld, id: &str, status: RefundStatus) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Refund>(id) else {
        return response::error(404, "There is no such refund.");
    };
    response::result(refunds::undo(&mut world, &scope, id, status))
}

fn is_refundable(world: &World, scope: &Scope, id: &str, amount: i64) -> bool {
    let charge = world.store.get::<Charge>(scope, id);
    charge.is_ok_and(|charge| (1..=charge.refundable()).contains(&amount))
}
