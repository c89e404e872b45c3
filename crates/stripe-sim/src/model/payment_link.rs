use serde_json::{Value, json};

use crate::model::line_item::LineItem;
use crate::model::object::StripeObject;
use crate::model::session_terms::SessionTerms;
use crate::params::values::Params;

pub(crate) struct PaymentLink {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) active: bool,
    /// The address that opens a session.
    pub(crate) url: String,
    pub(crate) currency: String,
    pub(crate) line_items: Vec<LineItem>,
    /// The terms of the sessions that the link opens.
    pub(crate) terms: SessionTerms,
}

impl PaymentLink {
    fn payment_intent_data(&self) -> Option<Value> {
        let data = &self.terms.payment_intent_data;
        let is_given = data.description.is_some() || !data.metadata.is_empty();
        is_given.then(|| {
            json!({
                "capture_method": null, "description": data.description, "metadata": data.metadata,
                "setup_future_usage": null, "statement_descriptor": null,
                "statement_descriptor_suffix": null, "transfer_group": null,
            })
        })
    }

    fn subscription_data(&self) -> Option<Value> {
        let data = self.terms.begins.as_ref()?;
        Some(json!({
            "description": data.description,
            "invoice_settings": { "issuer": { "type": "self" } },
            "metadata": data.metadata,
            "trial_period_days": data.trial_days,
            "trial_settings": null,
        }))
    }
}

impl StripeObject for PaymentLink {
    const NOUN: &'static str = "payment link";
    const PARAM: &'static str = "payment_link";
    const URL: &'static str = "/v1/payment_links";
    const NULLS: &'static [&'static str] = &[
        "application_fee_amount",
        "application_fee_percent",
        "consent_collection",
        "inactive_message",
        "on_behalf_of",
        "payment_method_options",
        "payment_method_types",
        "restrictions",
        "shipping_address_collection",
        "transfer_data",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_bool("active", self.active)
    }

    fn fields(&self) -> Value {
        let terms = &self.terms;
        let collection = match terms.begins {
            Some(_) => "always",
            None => "if_required",
        };
        let mut json = json!({
            "id": self.id,
            "object": "payment_link",
            "active": self.active,
            "after_completion": terms.after_completion.to_json(),
            "allow_promotion_codes": terms.allow_promotion_codes.unwrap_or_default(),
            "application": terms.payment_intent_data.application,
            "billing_address_collection": "auto",
            "currency": self.currency,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null,
                "terms_of_service_acceptance": null,
            },
            "customer_creation": terms.customer_creation,
            "livemode": self.livemode,
            "metadata": terms.metadata,
            "payment_intent_data": self.payment_intent_data(),
            "payment_method_collection": collection,
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
            "submit_type": terms.submit_type,
            "subscription_data": self.subscription_data(),
            "url": self.url,
        });
        terms.options.add_to(&mut json);
        // A link has no address to compute taxes for, so its field has fewer parts than that of a session.
        json["automatic_tax"] =
            json!({ "enabled": terms.options.automatic_tax, "liability": null });
        json
    }
}
