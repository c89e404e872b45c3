use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::model::payment_method::{PaymentMethod, PaymentStatus};
use crate::params::values::Params;

pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) disputed: bool,
    pub(crate) currency: String,
    pub(crate) application: Option<String>,
    pub(crate) application_fee_amount: Option<i64>,
    /// The id of the fee object; set when the charge succeeds.
    pub(crate) application_fee: Option<String>,
    /// Set when the charge succeeds.
    pub(crate) balance_transaction: Option<String>,
    pub(crate) payment_intent: String,
    pub(crate) status: PaymentStatus,
    pub(crate) payment_method: PaymentMethod,
    pub(crate) email: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

impl Charge {
    /// The amount that is not refunded yet.
    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }
}

impl StripeObject for Charge {
    const NOUN: &'static str = "charge";
    const URL: &'static str = "/v1/charges";
    const NULLS: &'static [&'static str] = &[
        "calculated_statement_descriptor",
        "customer",
        "failure_balance_transaction",
        "on_behalf_of",
        "outcome",
        "payment_method",
        "receipt_email",
        "receipt_number",
        "receipt_url",
        "review",
        "shipping",
        "source_transfer",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("payment_intent", &self.payment_intent)
    }

    fn fields(&self) -> Value {
        let paid = self.status == PaymentStatus::Succeeded;
        let status = match self.status {
            PaymentStatus::Pending => "pending",
            PaymentStatus::Succeeded => "succeeded",
            PaymentStatus::Failed => "failed",
        };
        let failure = (self.status == PaymentStatus::Failed)
            .then_some("The payment was returned by the bank.");
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if paid { self.amount } else { 0 },
            "amount_refunded": self.amount_refunded,
            "application": self.application,
            "application_fee": self.application_fee,
            "application_fee_amount": self.application_fee_amount,
            "balance_transaction": self.balance_transaction,
            "billing_details": {
                "address": null, "email": self.email, "name": null, "phone": null, "tax_id": null,
            },
            "captured": paid,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "disputed": self.disputed,
            "failure_code": failure.map(|_| "payment_method_bank_account_declined"),
            "failure_message": failure,
            "fraud_details": {},
            "livemode": self.livemode,
            "metadata": self.metadata,
            "paid": paid,
            "payment_intent": self.payment_intent,
            "payment_method_details": self.payment_method.details(),
            "refunded": self.amount_refunded == self.amount,
            "status": status,
        })
    }
}
