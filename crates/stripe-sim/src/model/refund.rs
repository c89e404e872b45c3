use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::params::values::Params;

pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) balance_transaction: String,
    /// Set when the refund fails or is canceled.
    pub(crate) failure_balance_transaction: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) status: RefundStatus,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefundStatus {
    Succeeded,
    Failed,
    Canceled,
}

impl RefundStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

impl StripeObject for Refund {
    const NOUN: &'static str = "refund";
    const URL: &'static str = "/v1/refunds";
    const NULLS: &'static [&'static str] = &[
        "receipt_number",
        "source_transfer_reversal",
        "transfer_reversal",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("charge", &self.charge)
            && filters.filter_text("payment_intent", &self.payment_intent)
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "status": self.status.as_str(),
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_reason": (self.status == RefundStatus::Failed).then_some("lost_or_stolen_card"),
        })
    }
}
