//! `/v1/coupons`.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::model::coupon::Coupon;
use crate::model::object::StripeObject;
use crate::params::spec::Kind::{Currency, Enum, Hash, Metadata, Positive, Text, TextList};
use crate::params::spec::{Param, optional};
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
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
    optional("redeem_by", Positive),
];

pub(crate) const UPDATE: &[Param] = &[optional("metadata", Metadata), optional("name", Text)];

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let params = &context.params;
    let percent_off = params.text("percent_off").map(percentage).transpose()?;
    let (amount_off, currency) = (params.integer("amount_off"), params.owned_text("currency"));
    match (percent_off, amount_off, &currency) {
        (Some(_), None, _) | (None, Some(_), Some(_)) => {}
        (None, Some(_), None) => return Err(StripeError::missing_param("currency")),
        _ => {
            let message = "You must pass exactly one of percent_off and amount_off.";
            return Err(StripeError::invalid(message).param("percent_off"));
        }
    }
    let duration = params.text("duration").unwrap_or("once").to_owned();
    let months = params.integer("duration_in_months");
    if (duration == "repeating") != months.is_some() {
        return Err(StripeError::missing_param("duration_in_months"));
    }
    let id = match params.owned_text("id") {
        Some(id) => id,
        None => context.world.ids.generate("", 8),
    };
    let exists = context.world.store.get::<Coupon>(&context.scope, &id);
    if exists.is_ok() {
        let error = StripeError::invalid("Coupon already exists.");
        return Err(error.code("resource_already_exists").param("id"));
    }
    let products = params.hash("applies_to");
    let products = products.and_then(|applies_to| applies_to.text_list("products"));
    let coupon = Coupon {
        id,
        livemode: context.mode().livemode(),
        created: context.world.clock.now(),
        name: params.owned_text("name"),
        percent_off,
        amount_off,
        currency: currency.filter(|_| amount_off.is_some()),
        duration,
        duration_in_months: months,
        max_redemptions: params.integer("max_redemptions"),
        redeem_by: params.integer("redeem_by"),
        products: products.unwrap_or_default().to_vec(),
        times_redeemed: 0,
        metadata: params.new_metadata(),
    };
    let json = coupon.to_json();
    context.world.store.insert(&context.scope, coupon);
    Ok(json)
}

fn percentage(text: &str) -> Result<f64, StripeError> {
    let number = text.parse().ok();
    number
        .filter(|percent: &f64| *percent > 0.0 && *percent <= 100.0)
        .ok_or_else(|| {
            let message = format!("Invalid decimal: {text}; must be above 0 and at most 100");
            StripeError::invalid(message).param("percent_off")
        })
}

pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let store = &mut context.world.store;
    let coupon = store.get_mut::<Coupon>(&context.scope, &context.id)?;
    if let Some(name) = context.params.owned_text("name") {
        coupon.name = Some(name);
    }
    context.params.update_metadata(&mut coupon.metadata);
    Ok(coupon.to_json())
}

pub(crate) fn delete(context: &mut Context<'_>) -> ApiResult {
    let store = &mut context.world.store;
    let id = context.id.as_str();
    store.get::<Coupon>(&context.scope, id)?;
    store.retain::<Coupon>(&context.scope, |coupon| coupon.id != id);
    Ok(json!({ "id": id, "object": "coupon", "deleted": true }))
}
