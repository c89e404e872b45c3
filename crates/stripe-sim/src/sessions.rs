//! `/v1/checkout/sessions`: showing and expiring. They are opened in [`crate::opening`] and paid in
//! [`crate::checkout`].

use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{Answer, StripeError};
use crate::events::Origin;
use crate::params::Kind::{OneOf, Positive, Text};
use crate::params::{Args, CREATED, Metadata, Param, may};
use crate::shelf::{Books, Resource, Shelf};
use crate::world::{Scope, World};

pub(crate) const LIST: &[Param] = &[
    CREATED,
    may("limit", Positive),
    may("payment_intent", Text),
    may("starting_after", Text),
    may("status", OneOf(&["complete", "expired", "open"])),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Complete,
    Expired,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// What the payment behind a session will carry.
#[derive(Clone)]
pub(crate) struct IntentData {
    pub(crate) application: Option<String>,
    pub(crate) application_fee: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    pub(crate) url: String,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) status: Status,
    /// `unpaid`, `paid` or `no_payment_required`.
    pub(crate) payment_status: &'static str,
    pub(crate) amount_total: i64,
    pub(crate) currency: String,
    /// What is bought, as the hosted page shows it: quantity and the product's name.
    pub(crate) basket: Vec<(i64, String)>,
    pub(crate) intent_data: IntentData,
    pub(crate) payment_intent: Option<String>,
    pub(crate) customer_email: Option<String>,
    /// The address the payer left on the page.
    pub(crate) payer_email: Option<String>,
    /// The number of a card that waits for its holder's authentication.
    pub(crate) challenge: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) allow_promotion_codes: Option<bool>,
    pub(crate) customer_creation: String,
    pub(crate) locale: Option<String>,
    pub(crate) allowed_payment_method_types: Option<Vec<String>>,
    pub(crate) submit_type: Option<String>,
}

impl Session {
    /// The payment methods that its page offers.
    pub(crate) fn means(&self) -> Vec<&str> {
        let offered = ["card", "us_bank_account"].into_iter();
        let allowed = self.allowed_payment_method_types.as_ref();
        let is_allowed =
            |word: &&str| allowed.is_none_or(|all| all.iter().any(|each| each == word));
        offered.filter(is_allowed).collect()
    }
}

impl Resource for Session {
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
        "invoice",
        "invoice_creation",
        "payment_link",
        "payment_method_configuration_details",
        "recovered_from",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.sessions
    }

    fn fits(&self, filter: &Args) -> bool {
        let intent = self.payment_intent.as_deref();
        filter
            .text("payment_intent")
            .is_none_or(|wanted| intent == Some(wanted))
            && filter
                .text("status")
                .is_none_or(|status| status == self.status.word())
    }

    fn facts(&self) -> Value {
        let email = self.payer_email.as_ref().or(self.customer_email.as_ref());
        let customer_details = email.map(|email| {
            json!({
                "address": null, "business_name": null, "email": email, "individual_name": null,
                "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
            })
        });
        let url = (self.status == Status::Open).then_some(&self.url);
        json!({
            "id": self.id,
            "object": "checkout.session",
            "allow_promotion_codes": self.allow_promotion_codes,
            "allowed_payment_method_types": self.allowed_payment_method_types,
            "amount_subtotal": self.amount_total,
            "amount_total": self.amount_total,
            "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "created": self.created,
            "currency": self.currency,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null,
                "terms_of_service_acceptance": null,
            },
            "customer_creation": self.customer_creation,
            "customer_details": customer_details,
            "customer_email": self.customer_email,
            "discounts": [],
            "expires_at": self.expires_at,
            "livemode": self.livemode,
            "locale": self.locale,
            "metadata": self.metadata,
            "mode": "payment",
            "payment_intent": self.payment_intent,
            "payment_method_collection": "if_required",
            "payment_method_options": {},
            "payment_method_types": self.means(),
            "payment_status": self.payment_status,
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
            "status": self.status.word(),
            "submit_type": self.submit_type,
            "success_url": self.success_url,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": "hosted_page",
            "url": url,
        })
    }
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(call: &mut Call<'_>) -> Answer {
    let session = call.world.find::<Session>(&call.scope, &call.id)?;
    if session.status != Status::Open {
        return Err(StripeError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout \
             Session has a status of {}.",
            session.status.word()
        )));
    }
    session.status = Status::Expired;
    let body = session.body();
    call.world
        .emit(&call.scope, "checkout.session.expired", &body, &call.origin);
    Ok(body)
}

impl World {
    /// Expires the sessions whose time has come.
    pub(crate) fn expire_due_sessions(&mut self) {
        let now = self.now();
        // No session is born less than half an hour before its end, so one look a second is enough.
        if std::mem::replace(&mut self.swept_at, now) == now {
            return;
        }
        let due = |session: &&Session| session.status == Status::Open && session.expires_at <= now;
        let due: Vec<(Scope, String)> = self
            .all_books()
            .flat_map(|(scope, books)| {
                let ids = books
                    .sessions
                    .iter()
                    .filter(due)
                    .map(|session| session.id.clone());
                ids.map(|id| (scope.clone(), id))
            })
            .collect();
        for (scope, id) in due {
            if let Ok(session) = self.find::<Session>(&scope, &id) {
                session.status = Status::Expired;
                let body = session.body();
                self.emit(
                    &scope,
                    "checkout.session.expired",
                    &body,
                    &Origin::default(),
                );
            }
        }
    }

    /// Whose session it is; the hosted page knows nothing but the id.
    pub(crate) fn session_scope(&self, id: &str) -> Option<Scope> {
        self.owner(|books| books.sessions.get(id))
    }
}
