use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::model::payment_method::{PaymentMethod, PaymentStatus};

/// The properties of a payment intent that are given when its session is created.
#[derive(Clone)]
pub(crate) struct PaymentIntentData {
    pub(crate) application: Option<String>,
    pub(crate) application_fee_amount: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) data: PaymentIntentData,
    pub(crate) status: PaymentStatus,
    pub(crate) charge: String,
    pub(crate) client_secret: String,
    pub(crate) payment_method: PaymentMethod,
}

impl StripeObject for PaymentIntent {
    const NOUN: &'static str = "payment_intent";
    const PARAM: &'static str = "intent";
    const URL: &'static str = "/v1/payment_intents";
    const NULLS: &'static [&'static str] = &[
        "automatic_payment_methods",
        "canceled_at",
        "cancellation_reason",
        "customer",
        "last_payment_error",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "processing",
        "receipt_email",
        "review",
        "setup_future_usage",
        "shipping",
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

    fn fields(&self) -> Value {
        let (status, received) = match self.status {
            PaymentStatus::Pending => ("processing", 0),
            PaymentStatus::Succeeded => ("succeeded", self.amount),
            PaymentStatus::Failed => ("requires_payment_method", 0),
        };
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": received,
            "application": self.data.application,
            "application_fee_amount": self.data.application_fee_amount,
            "capture_method": "automatic_async",
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "description": self.data.description,
            "latest_charge": self.charge,
            "livemode": self.livemode,
            "metadata": self.data.metadata,
            "payment_method_options": {},
            "payment_method_types": [self.payment_method.as_str()],
            "status": status,
        })
    }
}
