use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;

pub(crate) struct Coupon {
    /// The seller may choose the id.
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) name: Option<String>,
    pub(crate) percent_off: Option<f64>,
    pub(crate) amount_off: Option<i64>,
    pub(crate) currency: Option<String>,
    /// `forever`, `once` or `repeating`.
    pub(crate) duration: String,
    pub(crate) duration_in_months: Option<i64>,
    pub(crate) max_redemptions: Option<i64>,
    pub(crate) redeem_by: Option<i64>,
    /// The products that the coupon is for; empty for all.
    pub(crate) products: Vec<String>,
    pub(crate) times_redeemed: i64,
    pub(crate) metadata: Metadata,
}

impl StripeObject for Coupon {
    const NOUN: &'static str = "coupon";
    const PARAM: &'static str = "coupon";
    const URL: &'static str = "/v1/coupons";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn fields(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "object": "coupon",
            "amount_off": self.amount_off,
            "created": self.created,
            "currency": self.currency,
            "duration": self.duration,
            "duration_in_months": self.duration_in_months,
            "livemode": self.livemode,
            "max_redemptions": self.max_redemptions,
            "metadata": self.metadata,
            "name": self.name,
            "percent_off": self.percent_off,
            "redeem_by": self.redeem_by,
            "times_redeemed": self.times_redeemed,
            "valid": self.max_redemptions.is_none_or(|max| self.times_redeemed < max),
        });
        if !self.products.is_empty() {
            json["applies_to"] = json!({ "products": self.products });
        }
        json
    }
}
