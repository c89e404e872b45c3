//! `/v1/coupons` and `/v1/promotion_codes`.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::object::StripeObject;
use crate::model::promotions::{Coupon, PromotionCode};
use crate::model::session::SessionDiscount;
use crate::params::spec::Kind::{
    Bool, Currency, Enum, Hash, Integer, Metadata, Positive, Text, TextList,
};
use crate::params::spec::{CREATED, Param, optional, required};
use crate::params::values::Params;
use crate::resources::context::Context;

pub(crate) const CREATE_COUPON: &[Param] = &[
    optional("amount_off", Positive),
    optional("applies_to", Hash(&[optional("products", TextList)])),
    optional("currency", Currency),
    optional("duration", Enum(&["forever", "once", "repeating"])),
    optional("duration_in_months", Positive),
    optional("id", Text),
    optional("max_redemptions", Positive),
    optional("metadata", Metadata),
    optional("name", Text),
    optional("percent_off", Text),
    optional("redeem_by", Integer),
];

pub(crate) const UPDATE_COUPON: &[Param] =
    &[optional("metadata", Metadata), optional("name", Text)];

pub(crate) const CREATE_CODE: &[Param] = &[
    optional("active", Bool),
    optional("code", Text),
    optional("expires_at", Integer),
    optional("max_redemptions", Positive),
    optional("metadata", Metadata),
    required(
        "promotion",
        Hash(&[
            optional("coupon", Text),
            required("type", Enum(&["coupon"])),
        ]),
    ),
    optional(
        "restrictions",
        Hash(&[optional("first_time_transaction", Bool)]),
    ),
];

pub(crate) const UPDATE_CODE: &[Param] =
    &[optional("active", Bool), optional("metadata", Metadata)];

pub(crate) const LIST_CODES: &[Param] = &[
    optional("active", Bool),
    optional("code", Text),
    optional("coupon", Text),
    CREATED,
    optional("ending_before", Text),
    optional("limit", Positive),
    optional("starting_after", Text),
];

pub(crate) fn create_coupon(context: &mut Context<'_>) -> ApiResult {
    let params = &context.params;
    let percent_off = percent_off(params)?;
    let amount_off = params.integer("amount_off");
    match (percent_off, amount_off) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: percent_off, amount_off.";
            return Err(StripeError::invalid(message).code("parameters_exclusive"));
        }
        (None, None) => {
            let message = "Must provide percent_off or amount_off.";
            return Err(StripeError::invalid(message).param("percent_off"));
        }
        (None, Some(_)) if params.text("currency").is_none() => {
            return Err(StripeError::missing_param("currency"));
        }
        _ => {}
    }
    let duration = params.text("duration").unwrap_or("once");
    if duration == "repeating" && params.integer("duration_in_months").is_none() {
        return Err(StripeError::missing_param("duration_in_months"));
    }
    let id = match params.owned_text("id") {
        Some(id) => id,
        None => context.world.ids.generate("", 8),
    };
    if context
        .world
        .store
        .get::<Coupon>(&context.scope, &id)
        .is_ok()
    {
        let message = "Coupon already exists.";
        return Err(StripeError::invalid(message)
            .code("resource_already_exists")
            .param("id"));
    }
    let coupon = Coupon {
        id,
        livemode: context.mode().livemode(),
        created: context.world.clock.now(),
        amount_off,
        currency: amount_off.and_then(|_| params.owned_text("currency")),
        percent_off,
        duration: duration.to_owned(),
        duration_in_months: params.integer("duration_in_months"),
        max_redemptions: params.integer("max_redemptions"),
        redeem_by: params.integer("redeem_by"),
        times_redeemed: 0,
        name: params.owned_text("name"),
        metadata: params.new_metadata(),
    };
    let json = coupon.to_json();
    context.world.store.insert(&context.scope, coupon);
    Ok(json)
}

fn percent_off(params: &Params) -> Result<Option<f64>, StripeError> {
    let Some(text) = params.text("percent_off") else {
        return Ok(None);
    };
    let percent = text.parse::<f64>().ok();
    let percent = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0);
    percent.map(Some).ok_or_else(|| {
        let message = "Invalid percent_off: must be a number between 0 and 100";
        StripeError::invalid(message).param("percent_off")
    })
}

/// `POST /v1/coupons/{id}`. What a coupon takes off never changes.
pub(crate) fn update_coupon(context: &mut Context<'_>) -> ApiResult {
    let store = &mut context.world.store;
    let coupon = store.get_mut::<Coupon>(&context.scope, &context.id)?;
    if let Some(name) = context.params.owned_text("name") {
        coupon.name = Some(name);
    }
    context.params.update_metadata(&mut coupon.metadata);
    Ok(coupon.to_json())
}

/// `DELETE /v1/coupons/{id}`. Codes of a deleted coupon can no longer be used.
pub(crate) fn delete_coupon(context: &mut Context<'_>) -> ApiResult {
    let id = &context.id;
    context.world.store.get::<Coupon>(&context.scope, id)?;
    let store = &mut context.world.store;
    store.retain::<Coupon>(&context.scope, |coupon| coupon.id != *id);
    store.update_all::<PromotionCode>(&context.scope, |code| {
        code.active = code.active && code.coupon != *id;
    });
    Ok(json!({ "id": id, "object": "coupon", "deleted": true }))
}

pub(crate) fn create_code(context: &mut Context<'_>) -> ApiResult {
    let promotion = context.params.hash("promotion");
    let coupon = promotion.and_then(|promotion| promotion.owned_text("coupon"));
    let coupon = coupon.ok_or_else(|| StripeError::missing_param("promotion[coupon]"))?;
    let found = context.world.store.get::<Coupon>(&context.scope, &coupon);
    found.map_err(|error| error.param("promotion[coupon]"))?;
    let id = context.world.ids.object_id("promo_");
    let params = &context.params;
    let code = match params.owned_text("code") {
        Some(code) => code,
        None => context.world.ids.generate("", 8).to_uppercase(),
    };
    if active_code(context.world, &context.scope, &code).is_some() {
        let message = format!("An active promotion code with `code: {code}` already exists.");
        return Err(StripeError::invalid(message)
            .code("resource_already_exists")
            .param("code"));
    }
    let restrictions = params.hash("restrictions");
    let promotion_code = PromotionCode {
        id,
        livemode: context.mode().livemode(),
        created: context.world.clock.now(),
        active: params.bool("active").unwrap_or(true),
        code,
        coupon,
        expires_at: params.integer("expires_at"),
        max_redemptions: params.integer("max_redemptions"),
        times_redeemed: 0,
        first_time_transaction: restrictions
            .and_then(|it| it.bool("first_time_transaction"))
            .unwrap_or(false),
        metadata: params.new_metadata(),
    };
    let json = promotion_code.to_json();
    context.world.store.insert(&context.scope, promotion_code);
    Ok(json)
}

/// The active code with this text, in any case.
fn active_code<'w>(world: &'w World, scope: &Scope, text: &str) -> Option<&'w PromotionCode> {
    let mut codes = world.store.list::<PromotionCode>(scope);
    codes.find(|it| it.active && it.code.eq_ignore_ascii_case(text))
}

pub(crate) fn update_code(context: &mut Context<'_>) -> ApiResult {
    let store = &mut context.world.store;
    let code = store.get_mut::<PromotionCode>(&context.scope, &context.id)?;
    if let Some(active) = context.params.bool("active") {
        code.active = active;
    }
    context.params.update_metadata(&mut code.metadata);
    Ok(code.to_json())
}

/// What an entered code takes off a sum, if it can be redeemed.
pub(crate) fn find(
    world: &World,
    scope: &Scope,
    code: &str,
    subtotal: i64,
) -> Option<(SessionDiscount, i64)> {
    let now = world.clock.now();
    let code = active_code(world, scope, code).filter(|code| code.is_redeemable(now))?;
    let coupon = world.store.get::<Coupon>(scope, &code.coupon).ok()?;
    let discount = SessionDiscount {
        coupon: coupon.id.clone(),
        promotion_code: code.id.clone(),
    };
    Some((discount, coupon.discount(subtotal)))
}

/// Counts a redemption of the code and of its coupon.
pub(crate) fn count(world: &mut World, scope: &Scope, discount: &SessionDiscount) {
    let store = &mut world.store;
    if let Ok(code) = store.get_mut::<PromotionCode>(scope, &discount.promotion_code) {
        code.times_redeemed += 1;
    }
    if let Ok(coupon) = store.get_mut::<Coupon>(scope, &discount.coupon) {
        coupon.times_redeemed += 1;
    }
}
