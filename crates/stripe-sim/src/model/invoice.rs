use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::params::values::Params;

pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) subscription: String,
    pub(crate) item: String,
    pub(crate) customer: String,
    pub(crate) email: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) price: String,
    pub(crate) is_paid: bool,
    /// `void` or `uncollectible`, if the seller has given the invoice up.
    pub(crate) given_up: Option<&'static str>,
    pub(crate) attempts: i64,
    /// `subscription_create`, `subscription_cycle` or `subscription_update`.
    pub(crate) billing_reason: &'static str,
    pub(crate) period_start: i64,
    pub(crate) period_end: i64,
    /// Whether nothing is billed but the difference to another price.
    pub(crate) is_proration: bool,
    /// The metadata of the subscription.
    pub(crate) metadata: Metadata,
    /// The id of the object that links the invoice and its payment.
    pub(crate) payment: String,
    /// Set when a payment succeeds.
    pub(crate) payment_intent: Option<String>,
}

impl Invoice {
    fn status(&self) -> &'static str {
        if self.is_paid {
            "paid"
        } else {
            self.given_up.unwrap_or("open")
        }
    }

    /// The payment of the invoice, if it was paid.
    pub(crate) fn payments(&self) -> Option<Value> {
        let intent = self.payment_intent.as_ref()?;
        Some(json!({
            "id": self.payment, "object": "invoice_payment", "amount_paid": self.amount,
            "amount_requested": self.amount, "created": self.created, "currency": self.currency,
            "invoice": self.id, "is_default": true, "livemode": self.livemode,
            "payment": { "type": "payment_intent", "payment_intent": intent },
            "status": "paid",
            "status_transitions": { "canceled_at": null, "paid_at": self.created },
        }))
    }

    fn line(&self) -> Value {
        json!({
            "id": format!("il_{}", self.id), "object": "line_item", "amount": self.amount,
            "currency": self.currency, "description": null, "discount_amounts": [],
            "discountable": true, "discounts": [], "invoice": self.id,
            "livemode": self.livemode, "metadata": self.metadata, "subtotal": self.amount,
            "parent": {
                "type": "subscription_item_details", "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null, "proration": self.is_proration,
                    "proration_details": { "credited_items": null },
                    "subscription": self.subscription, "subscription_item": self.item,
                },
            },
            "period": { "start": self.period_start, "end": self.period_end },
            "pretax_credit_amounts": [],
            "pricing": {
                "type": "price_details", "price_details": { "price": self.price },
                "unit_amount_decimal": self.amount.to_string(),
            },
            "quantity": 1, "subscription": self.subscription, "taxes": [],
        })
    }
}

impl StripeObject for Invoice {
    const NOUN: &'static str = "invoice";
    const PARAM: &'static str = "invoice";
    const URL: &'static str = "/v1/invoices";
    const NULLS: &'static [&'static str] = &[
        "account_country",
        "account_name",
        "account_tax_ids",
        "application",
        "automatically_finalizes_at",
        "confirmation_secret",
        "custom_fields",
        "customer_account",
        "customer_address",
        "customer_name",
        "customer_phone",
        "customer_shipping",
        "default_payment_method",
        "default_source",
        "description",
        "due_date",
        "ending_balance",
        "footer",
        "from_invoice",
        "hosted_invoice_url",
        "invoice_pdf",
        "last_finalization_error",
        "latest_revision",
        "next_payment_attempt",
        "number",
        "on_behalf_of",
        "receipt_number",
        "rendering",
        "shipping_cost",
        "shipping_details",
        "statement_descriptor",
        "test_clock",
        "total_pretax_credit_amounts",
        "total_taxes",
        "webhooks_delivered_at",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("subscription", &self.subscription)
            && filters.filter_text("status", self.status())
    }

    fn fields(&self) -> Value {
        let paid = if self.is_paid { self.amount } else { 0 };
        json!({
            "id": self.id,
            "object": "invoice",
            "amount_due": self.amount,
            "amount_overpaid": 0,
            "amount_paid": paid,
            "amount_remaining": self.amount - paid,
            "amount_shipping": 0,
            "attempt_count": self.attempts,
            "attempted": self.attempts > 0,
            "auto_advance": self.status() == "open",
            "automatic_tax": {
                "disabled_reason": null, "enabled": false, "liability": null, "provider": null,
                "status": null,
            },
            "billing_reason": self.billing_reason,
            "collection_method": "charge_automatically",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_email": self.email,
            "customer_tax_exempt": "none",
            "customer_tax_ids": [],
            "default_tax_rates": [],
            "discounts": [],
            "effective_at": self.created,
            "issuer": { "type": "self" },
            "lines": {
                "object": "list", "has_more": false, "total_count": 1,
                "url": format!("/v1/invoices/{}/lines", self.id), "data": [self.line()],
            },
            "livemode": self.livemode,
            "metadata": {},
            "parent": {
                "type": "subscription_details", "quote_details": null,
                "subscription_details": {
                    "metadata": self.metadata, "subscription": self.subscription,
                },
            },
            "payment_settings": {
                "default_mandate": null, "payment_method_options": null,
                "payment_method_types": null,
            },
            "period_end": self.created,
            "period_start": self.created,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": 0,
            "status": self.status(),
            "status_transitions": {
                "finalized_at": self.created, "marked_uncollectible_at": null,
                "paid_at": self.is_paid.then_some(self.created), "voided_at": null,
            },
            "subtotal": self.amount,
            "subtotal_excluding_tax": self.amount,
            "total": self.amount,
            "total_discount_amounts": [],
            "total_excluding_tax": self.amount,
        })
    }
}
