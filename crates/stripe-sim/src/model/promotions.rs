//! Coupons, and the promotion codes that buyers type.

use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::params::values::Params;

/// A discount.
pub(crate) struct Coupon {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount_off: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) percent_off: Option<f64>,
    pub(crate) duration: String,
    pub(crate) duration_in_months: Option<i64>,
    pub(crate) max_redemptions: Option<i64>,
    pub(crate) redeem_by: Option<i64>,
    pub(crate) times_redeemed: i64,
    pub(crate) name: Option<String>,
    pub(crate) metadata: Metadata,
}

impl Coupon {
    /// The discount on a total in minor units.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "totals have at most twelve digits"
    )]
    pub(crate) fn discount(&self, total: i64) -> i64 {
        match (self.percent_off, self.amount_off) {
            (Some(percent), _) => (total as f64 * percent / 100.0).round() as i64,
            (None, Some(amount)) => amount.min(total),
            (None, None) => 0,
        }
    }
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
        json!({
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
            "valid": true,
        })
    }
}

/// A code that a buyer types to get a discount.
pub(crate) struct PromotionCode {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) active: bool,
    pub(crate) code: String,
    pub(crate) coupon: String,
    pub(crate) expires_at: Option<i64>,
    pub(crate) max_redemptions: Option<i64>,
    pub(crate) times_redeemed: i64,
    pub(crate) first_time_transaction: bool,
    pub(crate) metadata: Metadata,
}

impl PromotionCode {
    /// Whether the code has neither ended nor been used up.
    pub(crate) fn is_redeemable(&self, now: i64) -> bool {
        self.active
            && self.expires_at.is_none_or(|at| at > now)
            && self
                .max_redemptions
                .is_none_or(|most| self.times_redeemed < most)
    }
}

impl StripeObject for PromotionCode {
    const NOUN: &'static str = "promotion code";
    const PARAM: &'static str = "promotion_code";
    const URL: &'static str = "/v1/promotion_codes";
    const NULLS: &'static [&'static str] = &["customer", "customer_account"];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("code", &self.code)
            && filters.filter_text("coupon", &self.coupon)
            && filters.filter_bool("active", self.active)
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "promotion_code",
            "active": self.active,
            "code": self.code,
            "created": self.created,
            "expires_at": self.expires_at,
            "livemode": self.livemode,
            "max_redemptions": self.max_redemptions,
            "metadata": self.metadata,
            "promotion": { "coupon": self.coupon, "type": "coupon" },
            "restrictions": {
                "first_time_transaction": self.first_time_transaction,
                "minimum_amount": null,
                "minimum_amount_currency": null,
            },
            "times_redeemed": self.times_redeemed,
        })
    }
}
