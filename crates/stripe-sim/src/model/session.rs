use serde_json::{Value, json};

use crate::base::currency;
use crate::model::after_completion::AfterCompletion;
use crate::model::line_item::LineItem;
use crate::model::object::StripeObject;
use crate::model::payment_method::PaymentMethod;
use crate::model::session_options::Amounts;
use crate::model::session_terms::SessionTerms;
use crate::params::values::Params;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// What lowers the total of a session. By how much, its amounts say.
#[derive(Clone)]
pub(crate) struct SessionDiscount {
    pub(crate) coupon: String,
    pub(crate) promotion_code: String,
}

pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    pub(crate) url: String,
    pub(crate) status: SessionStatus,
    /// `unpaid`, `paid` or `no_payment_required`.
    pub(crate) payment_status: &'static str,
    pub(crate) amounts: Amounts,
    /// The promotion code that the payer entered on the hosted page.
    pub(crate) discount: Option<SessionDiscount>,
    pub(crate) currency: String,
    /// The items that the hosted page shows.
    pub(crate) line_items: Vec<LineItem>,
    pub(crate) payment_intent: Option<String>,
    /// The address that the payer entered on the hosted page.
    pub(crate) payer_email: Option<String>,
    /// The number of a card whose holder must authenticate before it is charged.
    pub(crate) card_to_authenticate: Option<String>,
    pub(crate) subscription: Option<String>,
    pub(crate) invoice: Option<String>,
    pub(crate) terms: SessionTerms,
}

impl Session {
    /// What the payer pays, with discounts and taxes as far as they are known.
    pub(crate) fn amount_total(&self) -> i64 {
        self.amounts.total()
    }

    /// The total as the hosted page shows it, such as `49.00 USD`.
    pub(crate) fn shown_total(&self) -> String {
        currency::shown(self.amount_total(), &self.currency)
    }

    /// The payment methods that the hosted page offers.
    pub(crate) fn payment_method_types(&self) -> Vec<&str> {
        let supported = [PaymentMethod::CARD, PaymentMethod::BANK_DEBIT].into_iter();
        supported
            .filter(|name| self.allows_payment_method(name))
            .collect()
    }

    pub(crate) fn allows_payment_method(&self, name: &str) -> bool {
        let allowed = self.terms.allowed_payment_method_types.as_ref();
        allowed.is_none_or(|allowed| allowed.iter().any(|each| each == name))
    }

    /// The address that the payer entered, or else the address that the seller provided.
    pub(crate) fn email(&self) -> Option<&String> {
        let provided = self.terms.customer_email.as_ref();
        self.payer_email.as_ref().or(provided)
    }

    /// The page that the payer goes to after the payment.
    pub(crate) fn completion_url(&self) -> String {
        match &self.terms.after_completion {
            AfterCompletion::Redirect(url) => url.replace("{CHECKOUT_SESSION_ID}", &self.id),
            AfterCompletion::HostedConfirmation(_) => self.url.clone(),
        }
    }
}

impl StripeObject for Session {
    const NOUN: &'static str = "checkout.session";
    const PARAM: &'static str = "session";
    const URL: &'static str = "/v1/checkout/sessions";
    const NULLS: &'static [&'static str] = &[
        "after_expiration",
        "billing_address_collection",
        "client_secret",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer",
        "payment_method_configuration_details",
        "recovered_from",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        let intent = self.payment_intent.as_deref().unwrap_or_default();
        let link = self.terms.payment_link.as_deref().unwrap_or_default();
        filters.filter_text("payment_intent", intent)
            && filters.filter_text("payment_link", link)
            && filters.filter_text("status", self.status.as_str())
    }

    fn fields(&self) -> Value {
        let customer_details = self.email().map(|email| {
            json!({
                "address": null, "business_name": null, "email": email, "individual_name": null,
                "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
            })
        });
        let discounts: Vec<Value> = self
            .discount
            .iter()
            .map(|it| json!({ "coupon": it.coupon, "promotion_code": it.promotion_code }))
            .collect();
        let url = (self.status == SessionStatus::Open).then_some(&self.url);
        let mut json = json!({
            "id": self.id,
            "object": "checkout.session",
            "amount_total": self.amount_total(),
            "created": self.created,
            "currency": self.currency,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null,
                "terms_of_service_acceptance": null,
            },
            "customer_details": customer_details,
            "discounts": discounts,
            "expires_at": self.expires_at,
            "livemode": self.livemode,
            "invoice": self.invoice,
            "payment_intent": self.payment_intent,
            "payment_method_collection": "if_required",
            "payment_method_options": {},
            "payment_method_types": self.payment_method_types(),
            "payment_status": self.payment_status,
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
            "status": self.status.as_str(),
            "subscription": self.subscription,
            "ui_mode": "hosted_page",
            "url": url,
        });
        self.amounts.add_to(&mut json);
        self.terms.add_to(&mut json);
        json
    }
}
