use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::params::values::Params;

/// The billing period of a subscription.
pub(crate) struct Recurring {
    pub(crate) interval: String,
    pub(crate) interval_count: i64,
}

pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) active: bool,
    pub(crate) currency: String,
    pub(crate) unit_amount: i64,
    pub(crate) product: String,
    pub(crate) nickname: Option<String>,
    pub(crate) recurring: Option<Recurring>,
    pub(crate) metadata: Metadata,
}

impl Price {
    pub(crate) fn is_recurring(&self) -> bool {
        self.recurring.is_some()
    }
}

impl StripeObject for Price {
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

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_bool("active", self.active) && filters.filter_text("product", &self.product)
    }

    fn fields(&self) -> Value {
        let recurring = self.recurring.as_ref().map(|recurring| {
            json!({
                "interval": recurring.interval,
                "interval_count": recurring.interval_count,
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
