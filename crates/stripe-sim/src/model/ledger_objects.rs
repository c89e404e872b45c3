//! The disputes and payouts behind balance transactions, with the fields that a ledger reads.

use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::params::values::Params;

/// A dispute that has moved money.
pub(crate) struct LedgerDispute {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    /// `needs_response`, `won` or `lost`.
    pub(crate) status: &'static str,
}

impl StripeObject for LedgerDispute {
    const NOUN: &'static str = "dispute";
    const URL: &'static str = "/v1/disputes";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "livemode": self.livemode,
            "metadata": {},
            "payment_intent": self.payment_intent,
            "reason": "fraudulent",
            "status": self.status,
        })
    }
}

/// A payout of an account's balance.
pub(crate) struct LedgerPayout {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) balance_transaction: String,
    /// `paid` or `failed`.
    pub(crate) status: &'static str,
    pub(crate) failure_balance_transaction: Option<String>,
}

impl StripeObject for LedgerPayout {
    const NOUN: &'static str = "payout";
    const URL: &'static str = "/v1/payouts";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("status", self.status)
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payout",
            "amount": self.amount,
            "arrival_date": self.created,
            "automatic": false,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "failure_balance_transaction": self.failure_balance_transaction,
            "livemode": self.livemode,
            "metadata": {},
            "method": "standard",
            "source_type": "card",
            "status": self.status,
            "type": "bank_account",
        })
    }
}
