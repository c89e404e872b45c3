//! Actions of a bank in a dispute.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

use crate::control::response;
use crate::engine::world::SharedWorld;
use crate::model::charge::Charge;
use crate::model::dispute::Dispute;
use crate::resources::disputes::{self, Step};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDispute {
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default = "fraudulent")]
    reason: String,
    /// Whether it is an inquiry, for which no money is withdrawn.
    #[serde(default)]
    inquiry: bool,
}

fn fraudulent() -> String {
    "fraudulent".to_owned()
}

/// Opens a dispute or an inquiry about a charge.
pub(crate) async fn open(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<NewDispute>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Charge>(&id) else {
        return response::error(404, "There is no such charge.");
    };
    let what = (body.amount, &*body.reason);
    response::result(disputes::open(&mut world, &scope, &id, what, body.inquiry))
}

/// Takes a step of a dispute: `respond`, `win`, `lose`, `reopen`, `escalate` or `close`.
pub(crate) async fn step(world: Data<SharedWorld>, path: Path<(String, String)>) -> HttpResponse {
    let (id, step) = path.into_inner();
    let step = match step.as_str() {
        "respond" => Step::Respond,
        "win" => Step::Win,
        "lose" => Step::Lose,
        "reopen" => Step::Reopen,
        "escalate" => Step::Escalate,
        "close" => Step::Close,
        _ => return response::error(404, "There is no such step of a dispute."),
    };
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Dispute>(&id) else {
        return response::error(404, "There is no such dispute.");
    };
    response::result(disputes::step(&mut world, &scope, &id, step))
}
