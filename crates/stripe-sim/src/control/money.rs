//! What a bank does, and a seller in their own dashboard.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::json;

use super::{answer, refused};
use crate::events::Origin;
use crate::payments::Charge;
use crate::refunds::Wish;
use crate::world::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settlement {
    succeeds: bool,
}

/// The bank has moved the money, or refused to.
pub(super) async fn settle(
    world: Data<Shared>,
    id: Path<String>,
    asked: Json<Settlement>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.session_scope(&id) else {
        return refused(404, "There is no such session.");
    };
    answer(
        world
            .settle(&scope, &id, asked.succeeds)
            .map(|()| json!({})),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundWish {
    #[serde(default)]
    amount: Option<i64>,
}

/// The seller gives money back in their own dashboard.
pub(super) async fn refund(
    world: Data<Shared>,
    id: Path<String>,
    asked: Json<RefundWish>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.owner(|books| books.charges.get(&id)) else {
        return refused(404, "There is no such charge.");
    };
    let charge = world.find::<Charge>(&scope, &id);
    let left = charge.map_or(0, |charge| charge.refundable());
    if asked
        .amount
        .is_some_and(|amount| !(1..=left).contains(&amount))
    {
        return refused(
            400,
            "The amount must be between 1 and what is not refunded yet.",
        );
    }
    let wish = Wish {
        amount: asked.amount,
        ..Wish::default()
    };
    answer(world.refund(&scope, &id, wish, &Origin::default()))
}
