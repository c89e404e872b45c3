//! `/v1/coupons` and `/v1/promotion_codes`.

use std::collections::HashMap;

use mintage_domain::base::id::StripeProductId;
use mintage_domain::base::money::Money;
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::promotion_code::{Discount, PercentOff};
use mintage_domain::ports::{NewCoupon, NewPromotionCode};
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

#[derive(Serialize)]
struct CouponParams<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_off: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_to: Option<AppliesTo<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    duration: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_months: Option<u32>,
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_off: Option<String>,
}

#[derive(Serialize)]
struct AppliesTo<'a> {
    products: Vec<&'a str>,
}

pub(crate) fn create_coupon(new: &NewCoupon) -> RequestBuilder {
    let (percent, amount) = match new.discount {
        Discount::Percent(percent) => (Some(percent), None),
        Discount::Amount(amount) => (None, Some(amount)),
    };
    let products: Vec<_> = new.products.iter().map(StripeProductId::as_str).collect();
    let params = CouponParams {
        amount_off: amount.map(Money::minor),
        applies_to: (!products.is_empty()).then_some(AppliesTo { products }),
        currency: amount.map(|amount| amount.currency().as_str()),
        duration: new.duration.as_str(),
        duration_in_months: new.months,
        id: &new.id,
        name: &new.name,
        percent_off: percent.map(PercentOff::to_percent),
    };
    RequestBuilder::new(StripeMethod::Post, "/coupons").form(&params)
}

/// The id is one of ours, so that it needs no encoding.
pub(crate) fn delete_coupon(id: &str) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Delete, format!("/coupons/{id}"))
}

#[derive(Serialize)]
struct CodeParams<'a> {
    active: bool,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_redemptions: Option<u32>,
    promotion: HashMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restrictions: Option<HashMap<&'static str, bool>>,
}

pub(crate) fn create_code(new: &NewPromotionCode) -> RequestBuilder {
    let first_time = HashMap::from([("first_time_transaction", true)]);
    let params = CodeParams {
        active: new.active,
        code: new.code.as_str(),
        expires_at: new.expires_at.map(Timestamp::unix_seconds),
        max_redemptions: new.max_redemptions,
        promotion: HashMap::from([("type", "coupon"), ("coupon", new.coupon.as_str())]),
        restrictions: new.first_time_only.then_some(first_time),
    };
    RequestBuilder::new(StripeMethod::Post, "/promotion_codes").form(&params)
}

#[derive(Serialize)]
struct Active {
    active: bool,
}

pub(crate) fn set_code_active(id: &StripeObjectId, active: bool) -> RequestBuilder {
    let path = format!("/promotion_codes/{id}");
    RequestBuilder::new(StripeMethod::Post, path).form(&Active { active })
}

#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) id: StripeObjectId,
}
