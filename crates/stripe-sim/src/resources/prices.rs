//! `/v1/prices`. The amount of a price never changes.

use crate::base::currency;
use crate::base::error::{ApiResult, StripeError};
use crate::model::object::StripeObject;
use crate::model::price::{Price, Recurring};
use crate::model::product::Product;
use crate::params::spec::Kind::{
    Bool, Currency, Enum, Hash, Metadata, NonNegative, Positive, Text,
};
use crate::params::spec::{CREATED, Param, optional, required};
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
    optional("active", Bool),
    required("currency", Currency),
    optional("metadata", Metadata),
    optional("nickname", Text),
    required("product", Text),
    optional(
        "recurring",
        Hash(&[
            required("interval", Enum(&["day", "month", "week", "year"])),
            optional("interval_count", Positive),
        ]),
    ),
    required("unit_amount", NonNegative),
];

pub(crate) const UPDATE: &[Param] = &[
    optional("active", Bool),
    optional("metadata", Metadata),
    optional("nickname", Text),
];

pub(crate) const LIST: &[Param] = &[
    optional("active", Bool),
    CREATED,
    optional("limit", Positive),
    optional("product", Text),
    optional("starting_after", Text),
];

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let unit_amount = context.params.integer("unit_amount").unwrap_or_default();
    let max = currency::max_amount(context.params.text("currency").unwrap_or_default());
    if unit_amount > max {
        let message = format!("Invalid integer: must be no more than {max}");
        let error = StripeError::invalid(message).param("unit_amount");
        return Err(error.code("parameter_invalid_integer"));
    }
    let product = context.params.text("product").unwrap_or_default();
    let product = context.world.store.get::<Product>(&context.scope, product);
    let product = product.map_err(|error| error.param("product"))?.id.clone();
    let recurring = context.params.hash("recurring").map(|recurring| Recurring {
        interval: recurring.owned_text("interval").unwrap_or_default(),
        interval_count: recurring.integer("interval_count").unwrap_or(1),
    });
    let price = Price {
        id: context.world.ids.object_id("price_"),
        livemode: context.mode().livemode(),
        created: context.world.clock.now(),
        active: context.params.bool("active").unwrap_or(true),
        currency: context.params.owned_text("currency").unwrap_or_default(),
        unit_amount,
        product,
        nickname: context.params.owned_text("nickname"),
        recurring,
        metadata: context.params.new_metadata(),
    };
    let json = price.to_json();
    context.world.store.insert(&context.scope, price);
    Ok(json)
}

pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let price = context
        .world
        .store
        .get_mut::<Price>(&context.scope, &context.id)?;
    price.active = context.params.bool("active").unwrap_or(price.active);
    if let Some(nickname) = context.params.owned_text("nickname") {
        price.nickname = Some(nickname);
    }
    context.params.update_metadata(&mut price.metadata);
    Ok(price.to_json())
}
