//! Payment intents and charges. They are made by the hosted page, never by a call.

use serde_json::{Value, json};

use crate::params::Metadata;
use crate::sessions::IntentData;
use crate::shelf::{Books, Resource, Shelf};

/// How a payer pays.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Means {
    /// Settled at once; the last four digits are kept.
    Card { last4: String },
    /// Settled days later, or refused then.
    BankDebit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Pending,
    Succeeded,
    Failed,
}

pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) data: IntentData,
    pub(crate) progress: Progress,
    pub(crate) charge: String,
    pub(crate) client_secret: String,
    pub(crate) means: Means,
}

impl Means {
    fn word(&self) -> &'static str {
        match self {
            Self::Card { .. } => "card",
            Self::BankDebit => "us_bank_account",
        }
    }

    /// Card charges begin with `ch_`, all others with `py_`.
    pub(crate) fn charge_prefix(&self) -> &'static str {
        match self {
            Self::Card { .. } => "ch_",
            Self::BankDebit => "py_",
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::Card { last4 } => json!({
                "type": "card",
                "card": {
                    "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034,
                    "funding": "credit", "last4": last4, "network": "visa",
                },
            }),
            Self::BankDebit => json!({
                "type": "us_bank_account",
                "us_bank_account": { "bank_name": "STRIPE TEST BANK", "last4": "6789" },
            }),
        }
    }
}

impl Resource for PaymentIntent {
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

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.intents
    }

    fn facts(&self) -> Value {
        let (status, received) = match self.progress {
            Progress::Pending => ("processing", 0),
            Progress::Succeeded => ("succeeded", self.amount),
            Progress::Failed => ("requires_payment_method", 0),
        };
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": received,
            "application": self.data.application,
            "application_fee_amount": self.data.application_fee,
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
            "payment_method_types": [self.means.word()],
            "status": status,
        })
    }
}

pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) application: Option<String>,
    pub(crate) application_fee_amount: Option<i64>,
    /// The fee object's id, once the charge succeeded.
    pub(crate) application_fee: Option<String>,
    /// Once the charge succeeded.
    pub(crate) balance_transaction: Option<String>,
    pub(crate) payment_intent: String,
    pub(crate) progress: Progress,
    pub(crate) means: Means,
    pub(crate) email: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

impl Charge {
    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }
}

impl Resource for Charge {
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

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.charges
    }

    fn facts(&self) -> Value {
        let paid = self.progress == Progress::Succeeded;
        let status = match self.progress {
            Progress::Pending => "pending",
            Progress::Succeeded => "succeeded",
            Progress::Failed => "failed",
        };
        let failure =
            (self.progress == Progress::Failed).then_some("The payment was returned by the bank.");
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
            "disputed": false,
            "failure_code": failure.map(|_| "payment_method_bank_account_declined"),
            "failure_message": failure,
            "fraud_details": {},
            "livemode": self.livemode,
            "metadata": self.metadata,
            "paid": paid,
            "payment_intent": self.payment_intent,
            "payment_method_details": self.means.details(),
            "refunded": self.amount_refunded == self.amount,
            "status": status,
        })
    }
}
