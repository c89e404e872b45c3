use serde_json::{Value, json};

use crate::base::calendar::add_months;
use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::model::payment_method::PaymentMethod;
use crate::model::price::Recurring;
use crate::params::values::Params;

const DAY: i64 = 86_400;

/// The properties of a subscription that are given when its session is created.
#[derive(Clone)]
pub(crate) struct SubscriptionData {
    pub(crate) application: Option<String>,
    /// The platform's share of each invoice, in hundredths of a percent.
    pub(crate) fee_points: Option<i64>,
    pub(crate) trial_days: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    /// `trialing`, `active`, `past_due`, `paused` or `canceled`.
    pub(crate) status: &'static str,
    pub(crate) customer: String,
    pub(crate) item: String,
    pub(crate) quantity: i64,
    /// The price as it is.
    pub(crate) price: Value,
    pub(crate) unit_amount: i64,
    pub(crate) currency: String,
    pub(crate) recurring: Recurring,
    /// The start of the first paid period, and the number of periods that have begun since.
    pub(crate) anchor: i64,
    pub(crate) periods: i64,
    pub(crate) period_start: i64,
    pub(crate) period_end: i64,
    pub(crate) trial_end: Option<i64>,
    pub(crate) cancel_at_period_end: bool,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) latest_invoice: Option<String>,
    pub(crate) data: SubscriptionData,
    pub(crate) email: Option<String>,
    pub(crate) payment_method: PaymentMethod,
    /// Whether the next payments fail.
    pub(crate) payments_fail: bool,
}

impl Recurring {
    /// The time `periods` periods after `anchor`.
    pub(crate) fn after(&self, anchor: i64, periods: i64) -> i64 {
        let count = periods.saturating_mul(self.interval_count);
        match self.interval.as_str() {
            "day" => anchor.saturating_add(count.saturating_mul(DAY)),
            "week" => anchor.saturating_add(count.saturating_mul(7 * DAY)),
            "month" => add_months(anchor, count),
            _ => add_months(anchor, count.saturating_mul(12)),
        }
    }
}

impl Subscription {
    /// Moves to the next period.
    pub(crate) fn begin_period(&mut self) {
        self.periods += 1;
        self.period_start = self.period_end;
        self.period_end = self.recurring.after(self.anchor, self.periods);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }
}

impl StripeObject for Subscription {
    const NOUN: &'static str = "subscription";
    const URL: &'static str = "/v1/subscriptions";
    const NULLS: &'static [&'static str] = &[
        "billing_cycle_anchor_config",
        "billing_thresholds",
        "cancel_at",
        "customer_account",
        "days_until_due",
        "default_payment_method",
        "default_source",
        "next_pending_invoice_item_invoice",
        "on_behalf_of",
        "pause_collection",
        "payment_settings",
        "pending_invoice_item_interval",
        "pending_setup_intent",
        "pending_update",
        "schedule",
        "test_clock",
        "transfer_data",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        match filters.text("status") {
            // Stripe lists those that have ended only where they are asked for.
            None => self.status != "canceled",
            Some("all") => true,
            Some(status) => status == self.status,
        }
    }

    fn fields(&self) -> Value {
        let percent = self.data.fee_points.map(|points| {
            let hundredths = u32::try_from(points).unwrap_or_default();
            f64::from(hundredths) / 100.0
        });
        json!({
            "id": self.id,
            "object": "subscription",
            "application": self.data.application,
            "application_fee_percent": percent,
            "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
            "billing_cycle_anchor": self.anchor,
            "billing_mode": { "flexible": null, "type": "classic" },
            "billing_schedules": [],
            "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": self.canceled_at,
            "cancellation_details": { "comment": null, "feedback": null, "reason": null },
            "collection_method": "charge_automatically",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "default_tax_rates": [],
            "description": self.data.description,
            "discounts": [],
            "ended_at": self.ended_at,
            "invoice_settings": { "account_tax_ids": null, "issuer": { "type": "self" } },
            "items": {
                "object": "list", "has_more": false,
                "url": format!("/v1/subscription_items?subscription={}", self.id),
                "data": [{
                    "id": self.item, "object": "subscription_item", "billing_thresholds": null,
                    "created": self.created, "current_period_start": self.period_start,
                    "current_period_end": self.period_end, "discounts": [], "metadata": {},
                    "price": self.price, "quantity": self.quantity,
                    "subscription": self.id, "tax_rates": [],
                }],
            },
            "latest_invoice": self.latest_invoice,
            "livemode": self.livemode,
            "metadata": self.data.metadata,
            "start_date": self.created,
            "status": self.status,
            "trial_end": self.trial_end,
            "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
            "trial_start": self.trial_end.map(|_| self.created),
        })
    }
}
