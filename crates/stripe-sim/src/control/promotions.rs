//! The promotion codes that a seller makes in the dashboard.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Deserialize;

use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::SharedWorld;
use crate::model::object::StripeObject;
use crate::model::promotions::{Coupon, PromotionCode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPromotionCode {
    account: String,
    #[serde(default)]
    live: bool,
    code: String,
    #[serde(default)]
    percent_off: Option<u8>,
    #[serde(default)]
    amount_off: Option<i64>,
}

/// Makes a promotion code that takes a percentage or an amount off.
pub(crate) async fn add(world: Data<SharedWorld>, body: Json<NewPromotionCode>) -> HttpResponse {
    let new = body.into_inner();
    if !matches!(
        (new.percent_off, new.amount_off),
        (Some(1..=100), None) | (None, Some(1..))
    ) {
        let message = "A code has either percent_off from 1 to 100, or amount_off above 0.";
        return response::error(400, message);
    }
    let mode = if new.live { Mode::Live } else { Mode::Test };
    let mut world = world.lock();
    let scope = Scope::new(new.account, mode);
    let coupon = Coupon {
        id: world.ids.generate("", 8),
        livemode: mode.livemode(),
        created: world.clock.now(),
        amount_off: new.amount_off,
        currency: new.amount_off.map(|_| "usd".to_owned()),
        percent_off: new.percent_off.map(f64::from),
        duration: "once".to_owned(),
        duration_in_months: None,
        max_redemptions: None,
        redeem_by: None,
        times_redeemed: 0,
        name: None,
        metadata: Metadata::new(),
    };
    let code = PromotionCode {
        id: world.ids.object_id("promo_"),
        livemode: coupon.livemode,
        created: coupon.created,
        active: true,
        code: new.code,
        coupon: coupon.id.clone(),
        expires_at: None,
        max_redemptions: None,
        times_redeemed: 0,
        first_time_transaction: false,
        metadata: Metadata::new(),
    };
    let json = code.to_json();
    world.store.insert(&scope, coupon);
    world.store.insert(&scope, code);
    response::ok(json)
}
