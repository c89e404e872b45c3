//! The promotion codes that a seller makes in the dashboard.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use serde_json::json;

use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::promotions::Discount;
use crate::engine::world::SharedWorld;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPromotionCode {
    account: String,
    #[serde(default)]
    live: bool,
    code: String,
    #[serde(default)]
    percent_off: Option<i64>,
    #[serde(default)]
    amount_off: Option<i64>,
}

/// Makes a promotion code that takes a percentage or an amount off.
pub(crate) async fn add(world: Data<SharedWorld>, body: Json<NewPromotionCode>) -> HttpResponse {
    let new = body.into_inner();
    let discount = match (new.percent_off, new.amount_off) {
        (Some(percent @ 1..=100), None) => Discount::Percent(percent),
        (None, Some(amount @ 1..)) => Discount::Amount(amount),
        _ => {
            let message = "A code has either percent_off from 1 to 100, or amount_off above 0.";
            return response::error(400, message);
        }
    };
    let mode = if new.live { Mode::Live } else { Mode::Test };
    let mut world = world.lock();
    let scope = Scope::new(new.account, mode);
    world.promotions.add(scope, new.code, discount);
    response::ok(json!({}))
}
