use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::params::values::Params;

pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) arrival_date: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: PayoutStatus,
    pub(crate) balance_transaction: String,
    /// Set when the payout fails.
    pub(crate) failure_balance_transaction: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayoutStatus {
    Paid,
    Failed,
}

impl PayoutStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

impl StripeObject for Payout {
    const NOUN: &'static str = "payout";
    const PARAM: &'static str = "payout";
    const URL: &'static str = "/v1/payouts";
    const NULLS: &'static [&'static str] = &[
        "application_fee",
        "application_fee_amount",
        "description",
        "destination",
        "original_payout",
        "payout_method",
        "reversed_by",
        "statement_descriptor",
        "trace_id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("status", self.status.as_str())
    }

    fn fields(&self) -> Value {
        let failed = self.status == PayoutStatus::Failed;
        json!({
            "id": self.id,
            "object": "payout",
            "amount": self.amount,
            "arrival_date": self.arrival_date,
            "automatic": true,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_code": failed.then_some("account_closed"),
            "failure_message": failed.then_some("The bank account has been closed."),
            "livemode": self.livemode,
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed",
            "source_type": "card",
            "status": self.status.as_str(),
            "type": "bank_account",
        })
    }
}
