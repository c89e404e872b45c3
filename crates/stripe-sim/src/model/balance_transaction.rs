use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::params::values::Params;

/// One movement of money on an account's balance.
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    pub(crate) created: i64,
    /// When the money may be paid out.
    pub(crate) available_on: i64,
    /// Whether the money is not available yet. Updated from the clock before the object is shown.
    pub(crate) pending: bool,
    /// The gross amount in minor units; negative if it leaves the balance.
    pub(crate) amount: i64,
    pub(crate) fees: Vec<Fee>,
    pub(crate) currency: String,
    pub(crate) source: Option<String>,
    /// The field `type`.
    pub(crate) kind: String,
    pub(crate) reporting_category: String,
    pub(crate) description: Option<String>,
}

/// A part of the fee of a balance transaction; negative if it is given back.
#[derive(Clone)]
pub(crate) struct Fee {
    /// The field `type`: `stripe_fee` or `application_fee`.
    pub(crate) kind: &'static str,
    pub(crate) amount: i64,
    /// The client id of the platform, for an application fee.
    pub(crate) application: Option<String>,
    pub(crate) description: &'static str,
}

impl BalanceTransaction {
    fn fee(&self) -> i64 {
        self.fees.iter().map(|fee| fee.amount).sum()
    }

    /// What the balance changes by.
    pub(crate) fn net(&self) -> i64 {
        self.amount - self.fee()
    }
}

impl StripeObject for BalanceTransaction {
    const NOUN: &'static str = "balance transaction";
    const URL: &'static str = "/v1/balance_transactions";
    const NULLS: &'static [&'static str] = &["exchange_rate"];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("currency", &self.currency)
            && filters.filter_text("source", self.source.as_deref().unwrap_or_default())
            && filters.filter_text("type", &self.kind)
    }

    fn fields(&self) -> Value {
        let fee_json = |fee: &Fee| {
            json!({
                "amount": fee.amount,
                "application": fee.application,
                "currency": self.currency,
                "description": fee.description,
                "type": fee.kind,
            })
        };
        json!({
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": self.available_on,
            "balance_type": "payments",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "fee": self.fee(),
            "fee_details": self.fees.iter().map(fee_json).collect::<Vec<_>>(),
            "net": self.net(),
            "reporting_category": self.reporting_category,
            "source": self.source,
            "status": if self.pending { "pending" } else { "available" },
            "type": self.kind,
        })
    }
}
