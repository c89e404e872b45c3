use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::params::values::Params;

pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) reason: String,
    pub(crate) status: DisputeStatus,
    /// The balance transactions of the dispute, as they were booked.
    pub(crate) booked: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisputeStatus {
    WarningNeedsResponse,
    WarningClosed,
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
    AppealNeedsResponse,
    AppealUnderReview,
}

impl DisputeStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::AppealNeedsResponse => "appeal_needs_response",
            Self::AppealUnderReview => "appeal_under_review",
        }
    }

    /// Whether the bank may still decide.
    pub(crate) fn is_open(self) -> bool {
        matches!(
            self,
            Self::NeedsResponse
                | Self::UnderReview
                | Self::AppealNeedsResponse
                | Self::AppealUnderReview
        )
    }

    /// Whether it is an inquiry, for which no money is withdrawn.
    fn is_inquiry(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::WarningClosed)
    }
}

const DAY: i64 = 86_400;

impl StripeObject for Dispute {
    const NOUN: &'static str = "dispute";
    const URL: &'static str = "/v1/disputes";
    const NULLS: &'static [&'static str] = &["network_reason_code"];

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
        let case_type = if self.status.is_inquiry() {
            "inquiry"
        } else {
            "chargeback"
        };
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": self.booked,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": self.created + 7 * DAY,
                "enhanced_eligibility": {},
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "is_charge_refundable": self.status.is_inquiry(),
            "livemode": self.livemode,
            "metadata": {},
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "card": { "brand": "visa", "case_type": case_type, "network_reason_code": null },
                "type": "card",
            },
            "reason": self.reason,
            "status": self.status.as_str(),
        })
    }
}
