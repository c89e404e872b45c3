use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::after_completion::{AfterCompletion, STRIPE};
use crate::model::payment_intent::PaymentIntentData;
use crate::model::session_options::SessionOptions;
use crate::model::subscription::SubscriptionData;

/// What is given when a session is created. A payment link keeps the terms of its sessions.
#[derive(Clone)]
pub(crate) struct SessionTerms {
    pub(crate) after_completion: AfterCompletion,
    pub(crate) allow_promotion_codes: Option<bool>,
    pub(crate) allowed_payment_method_types: Option<Vec<String>>,
    /// The subscription that the session begins, in `subscription` mode.
    pub(crate) begins: Option<SubscriptionData>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) customer_creation: String,
    pub(crate) customer_email: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) options: SessionOptions,
    pub(crate) payment_intent_data: PaymentIntentData,
    /// The payment link that opened the session.
    pub(crate) payment_link: Option<String>,
    /// The address that the hosted page offers, from the address of a payment link.
    pub(crate) prefilled_email: Option<String>,
    pub(crate) submit_type: Option<String>,
}

impl SessionTerms {
    pub(crate) fn mode(&self) -> &'static str {
        match self.begins {
            Some(_) => "subscription",
            None => "payment",
        }
    }

    /// Whether the session begins with a time that costs nothing.
    pub(crate) fn begins_trial(&self) -> bool {
        let begins = self.begins.as_ref();
        begins.is_some_and(|subscription| subscription.trial_days.is_some())
    }

    /// The fields of a session that never change.
    pub(crate) fn add_to(&self, json: &mut Value) {
        let stripe = self.payment_link.as_ref().map(|_| STRIPE);
        let fields = json!({
            "allow_promotion_codes": self.allow_promotion_codes,
            "allowed_payment_method_types": self.allowed_payment_method_types,
            "cancel_url": self.cancel_url.as_deref().or(stripe),
            "client_reference_id": self.client_reference_id,
            "customer_creation": self.customer_creation,
            "customer_email": self.customer_email,
            "locale": self.locale,
            "metadata": self.metadata,
            "mode": self.mode(),
            "payment_link": self.payment_link,
            "submit_type": self.submit_type,
            "success_url": self.after_completion.success_url(),
        });
        if let (Some(json), Value::Object(fields)) = (json.as_object_mut(), fields) {
            json.extend(fields);
        }
        self.options.add_to(json);
    }
}
