//! `/v1/prices`. An amount never changes; a new amount is a new price.

use serde_json::{Value, json};

use crate::call::Call;
use crate::currency;
use crate::error::{Answer, StripeError};
use crate::params::Kind::{Amount, Bool, Currency, Hash, Metadata as Meta, OneOf, Positive, Text};
use crate::params::{Args, CREATED, Metadata, Param, may, need};
use crate::products::Product;
use crate::shelf::{Books, Resource, Shelf};

pub(crate) const CREATE: &[Param] = &[
    may("active", Bool),
    need("currency", Currency),
    may("metadata", Meta),
    may("nickname", Text),
    need("product", Text),
    may(
        "recurring",
        Hash(&[
            need("interval", OneOf(&["day", "month", "week", "year"])),
            may("interval_count", Positive),
        ]),
    ),
    need("unit_amount", Amount),
];

pub(crate) const UPDATE: &[Param] = &[
    may("active", Bool),
    may("metadata", Meta),
    may("nickname", Text),
];

pub(crate) const LIST: &[Param] = &[
    may("active", Bool),
    CREATED,
    may("limit", Positive),
    may("product", Text),
    may("starting_after", Text),
];

/// How often a subscription would be charged.
struct Recurring {
    interval: String,
    count: i64,
}

pub(crate) struct Price {
    id: String,
    livemode: bool,
    created: i64,
    pub(crate) active: bool,
    pub(crate) currency: String,
    pub(crate) unit_amount: i64,
    pub(crate) product: String,
    nickname: Option<String>,
    recurring: Option<Recurring>,
    metadata: Metadata,
}

impl Price {
    pub(crate) fn is_recurring(&self) -> bool {
        self.recurring.is_some()
    }
}

impl Resource for Price {
    const NOUN: &'static str = "price";
    const PARAM: &'static str = "price";
    const URL: &'static str = "/v1/prices";
    const NULLS: &'static [&'static str] = &[
        "custom_unit_amount",
        "lookup_key",
        "tiers_mode",
        "transform_quantity",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.prices
    }

    fn fits(&self, filter: &Args) -> bool {
        filter
            .bool("active")
            .is_none_or(|active| active == self.active)
            && filter
                .text("product")
                .is_none_or(|product| product == self.product)
    }

    fn facts(&self) -> Value {
        let recurring = self.recurring.as_ref().map(|recurring| {
            json!({
                "interval": recurring.interval,
                "interval_count": recurring.count,
                "meter": null,
                "trial_period_days": null,
                "usage_type": "licensed",
            })
        });
        json!({
            "id": self.id,
            "object": "price",
            "active": self.active,
            "billing_scheme": "per_unit",
            "created": self.created,
            "currency": self.currency,
            "livemode": self.livemode,
            "metadata": self.metadata,
            "nickname": self.nickname,
            "product": self.product,
            "type": if recurring.is_some() { "recurring" } else { "one_time" },
            "recurring": recurring,
            "tax_behavior": "unspecified",
            "unit_amount": self.unit_amount,
            "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let unit_amount = call.args.integer("unit_amount").unwrap_or_default();
    if unit_amount > currency::MOST {
        let message = format!("Invalid integer: must be no more than {}", currency::MOST);
        let error = StripeError::invalid(message).param("unit_amount");
        return Err(error.code("parameter_invalid_integer"));
    }
    let product = call.args.owned("product").unwrap_or_default();
    let product = call.world.find::<Product>(&call.scope, &product);
    let product = product.map_err(|error| error.param("product"))?.id.clone();
    let recurring = call.args.hash("recurring").map(|recurring| Recurring {
        interval: recurring.owned("interval").unwrap_or_default(),
        count: recurring.integer("interval_count").unwrap_or(1),
    });
    let price = Price {
        id: call.world.ids.object("price_"),
        livemode: call.mode().livemode(),
        created: call.world.now(),
        active: call.args.bool("active").unwrap_or(true),
        currency: call.args.owned("currency").unwrap_or_default(),
        unit_amount,
        product,
        nickname: call.args.owned("nickname"),
        recurring,
        metadata: call.args.fresh_metadata(),
    };
    let body = price.body();
    call.world.books(&call.scope).prices.put(price);
    Ok(body)
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let price = call.world.find::<Price>(&call.scope, &call.id)?;
    price.active = call.args.bool("active").unwrap_or(price.active);
    if let Some(nickname) = call.args.owned("nickname") {
        price.nickname = Some(nickname);
    }
    call.args.merge_metadata(&mut price.metadata);
    Ok(price.body())
}
