//! Views of the report of sales and of promotion codes.

use mintage_domain::base::id::{PromotionCodeId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::promotion_code::{Discount, PromotionCode};
use mintage_domain::ports::SalesSums;
use mintage_domain::usecase::sales::report::{self, SalesReport};
use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of promotion codes.
pub(crate) type PromotionCodePage<'a> = PageView<PromotionCodeView<'a>>;

/// The sums of a group in a currency, in minor units. Costs are positive.
#[derive(Serialize, ToSchema)]
#[schema(as = SalesSums)]
pub(crate) struct SumsView<'a> {
    /// The day (`2026-11-28`), or the id or name of what is summed by; null for what maps to nothing.
    #[schema(required)]
    group: Option<&'a str>,
    currency: &'a str,
    /// The number of sales.
    orders: i64,
    /// What was sold, before discounts.
    gross: i64,
    discount: i64,
    refunds: i64,
    /// Payments that banks have withdrawn and not given back.
    disputes: i64,
    /// The fees of Stripe and of the platform.
    fees: i64,
    /// Anything else; positive if it adds to the balance.
    other: i64,
    payouts: i64,
    /// `gross - discount - refunds - disputes - fees + other`.
    net: i64,
}

impl<'a> SumsView<'a> {
    fn of((sums, net): &'a (SalesSums, i64)) -> Self {
        Self {
            group: sums.group.as_deref(),
            currency: sums.currency.as_str(),
            orders: sums.orders,
            gross: sums.gross,
            discount: sums.discount,
            refunds: sums.refunds,
            disputes: sums.disputes,
            fees: sums.fees,
            other: sums.other,
            payouts: sums.payouts,
            net: *net,
        }
    }
}

/// The balance of an account in a currency, in minor units, from its first transaction on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SalesBalance)]
pub(crate) struct BalanceView<'a> {
    #[schema(value_type = String)]
    account_id: &'a StripeAccountId,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    currency: &'a str,
    /// What the ledger adds up to: `net - payouts`.
    ledger: i64,
    /// What Stripe's balance transactions add up to.
    stripe: i64,
    /// `stripe - ledger`: 0 unless the two disagree.
    difference: i64,
}

impl<'a> BalanceView<'a> {
    fn of(balance: &'a report::Balance) -> Self {
        Self {
            account_id: &balance.account.account,
            mode: balance.account.mode,
            currency: balance.currency.as_str(),
            ledger: balance.ledger,
            stripe: balance.stripe,
            difference: balance.difference,
        }
    }
}

/// The report of sales.
#[derive(Serialize, ToSchema)]
#[schema(as = SalesReport)]
pub(crate) struct ReportView<'a> {
    #[schema(inline)]
    items: Vec<SumsView<'a>>,
    #[schema(inline)]
    balance: Vec<BalanceView<'a>>,
}

impl<'a> ReportView<'a> {
    pub(crate) fn of(report: &'a SalesReport) -> Self {
        Self {
            items: report.sums.iter().map(SumsView::of).collect(),
            balance: report.balances.iter().map(BalanceView::of).collect(),
        }
    }
}

/// A promotion code. It takes off either a share or an amount.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PromotionCode)]
pub(crate) struct PromotionCodeView<'a> {
    #[schema(value_type = schema::PromotionCodeId)]
    id: &'a PromotionCodeId,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    /// The product that the code is for; null for all products.
    #[schema(required, value_type = Option<schema::ProductId>)]
    product_id: Option<&'a ProductId>,
    /// What buyers type.
    code: &'a str,
    #[schema(required, value_type = Option<f64>)]
    percent_off: Option<Number>,
    /// In minor units of the currency.
    #[schema(required)]
    amount_off: Option<i64>,
    #[schema(required, value_type = Option<schema::Currency>)]
    currency: Option<&'static str>,
    #[schema(value_type = schema::DiscountDuration)]
    duration: &'static str,
    /// The number of months of a repeating discount.
    #[schema(required)]
    duration_in_months: Option<u32>,
    #[schema(required)]
    max_redemptions: Option<u32>,
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    /// Whether only buyers can use the code who have never bought before.
    first_time_only: bool,
    #[schema(required)]
    campaign: Option<&'a str>,
    active: bool,
    /// Stripe's id of the promotion code.
    #[schema(required)]
    stripe_id: Option<&'a str>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl<'a> PromotionCodeView<'a> {
    pub(crate) fn of(code: &'a PromotionCode) -> Self {
        let (percent, amount) = match code.discount {
            Discount::Percent(percent) => (Some(percent), None),
            Discount::Amount(amount) => (None, Some(amount)),
        };
        Self {
            id: &code.id,
            mode: code.account.mode,
            product_id: code.product.as_ref(),
            code: code.code.as_str(),
            percent_off: percent.map(|percent| {
                let hundredths = percent.hundredths();
                if hundredths.rem_euclid(100) == 0 {
                    return Number::from(hundredths.div_euclid(100));
                }
                let share = f64::from(hundredths) / 100.0;
                Number::from_f64(share).unwrap_or_else(|| Number::from(0))
            }),
            amount_off: amount.map(Money::minor),
            currency: amount.map(|amount| amount.currency().as_str()),
            duration: code.duration.as_str(),
            duration_in_months: code.months,
            max_redemptions: code.max_redemptions,
            expires_at: code.expires_at.map(Timestamp::to_rfc3339),
            first_time_only: code.first_time_only,
            campaign: code.campaign.as_deref(),
            active: code.active,
            stripe_id: code.stripe_id.as_ref().map(StripeObjectId::as_str),
            created_at: code.created_at.to_rfc3339(),
        }
    }
}
