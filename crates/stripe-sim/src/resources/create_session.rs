//! `POST /v1/checkout/sessions`.

use crate::base::error::{ApiResult, StripeError};
use crate::model::after_completion::AfterCompletion;
use crate::model::object::StripeObject;
use crate::model::session::Session;
use crate::model::session_options::{SessionOptions, switch};
use crate::model::session_terms::SessionTerms;
use crate::params::spec::Kind::{
    Bool, Currency, Email, Enum, Hash, Integer, List, Metadata, NonNegative, Positive, Text,
    TextList, Url,
};
use crate::params::spec::{Param, optional, required};
use crate::params::values::Params;
use crate::resources::cart::Cart;
use crate::resources::context::Context;
use crate::resources::open_session::{self, MAX_LIFETIME};
use crate::resources::payment_terms;

pub(crate) const CREATE: &[Param] = &[
    optional("allow_promotion_codes", Bool),
    optional("allowed_payment_method_types", TextList),
    switch("automatic_tax"),
    optional("cancel_url", Url),
    optional("client_reference_id", Text),
    optional("customer_creation", Enum(&["always", "if_required"])),
    optional("customer_email", Email),
    optional("expires_at", Integer),
    switch("invoice_creation"),
    required(
        "line_items",
        List(&[
            optional("price", Text),
            optional(
                "price_data",
                Hash(&[
                    required("currency", Currency),
                    required("product_data", Hash(&[required("name", Text)])),
                    required("unit_amount", NonNegative),
                ]),
            ),
            optional("quantity", Positive),
        ]),
    ),
    optional("locale", Text),
    switch("managed_payments"),
    optional("metadata", Metadata),
    required("mode", Enum(&["payment", "setup", "subscription"])),
    optional(
        "payment_intent_data",
        Hash(&[
            optional("application_fee_amount", Positive),
            optional("description", Text),
            optional("metadata", Metadata),
        ]),
    ),
    optional(
        "subscription_data",
        Hash(&[
            optional("application_fee_percent", Text),
            optional("description", Text),
            optional("metadata", Metadata),
            optional("trial_period_days", Positive),
        ]),
    ),
    optional(
        "submit_type",
        Enum(&["auto", "book", "donate", "pay", "subscribe"]),
    ),
    required("success_url", Url),
    switch("tax_id_collection"),
];

const MIN_LIFETIME: i64 = 30 * 60;
/// The longest `client_reference_id`, in characters.
pub(crate) const MAX_REFERENCE_LENGTH: usize = 200;

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let mode = context.params.text("mode");
    if let Some(mode @ "setup") = mode {
        return Err(StripeError::not_simulated(&format!("mode={mode}")).param("mode"));
    }
    check_reference(&context.params)?;
    let options = SessionOptions::read(&context.params)?;
    let expires_at = expires_at(&context.params, context.world.clock.now())?;
    open_session::check_charges_enabled(context.world, &context.scope)?;
    let cart = Cart::read(context, mode)?;
    let terms = terms(context, &cart, options)?;
    let (world, scope) = (&mut *context.world, &context.scope);
    let id = open_session::open(world, scope, cart, terms, expires_at);
    Ok(world.store.get::<Session>(scope, &id)?.to_json())
}

fn terms(
    context: &Context<'_>,
    cart: &Cart,
    options: SessionOptions,
) -> Result<SessionTerms, StripeError> {
    let params = &context.params;
    let begins = payment_terms::subscription_data(context, cart)?;
    let trial_days = begins.as_ref().and_then(|begins| begins.trial_days);
    let total = cart.total_due(trial_days.is_some())?;
    let success_url = params.owned_text("success_url").unwrap_or_default();
    let customer_creation = params.owned_text("customer_creation");
    let types = params.text_list("allowed_payment_method_types");
    Ok(SessionTerms {
        after_completion: AfterCompletion::Redirect(success_url),
        allow_promotion_codes: params.bool("allow_promotion_codes"),
        allowed_payment_method_types: types.map(<[_]>::to_vec),
        begins,
        cancel_url: params.owned_text("cancel_url"),
        client_reference_id: params.owned_text("client_reference_id"),
        customer_creation: customer_creation.unwrap_or_else(|| "if_required".into()),
        customer_email: params.owned_text("customer_email"),
        locale: params.owned_text("locale"),
        metadata: params.new_metadata(),
        options,
        payment_intent_data: payment_terms::payment_intent_data(context, total)?,
        payment_link: None,
        prefilled_email: None,
        submit_type: params.owned_text("submit_type"),
    })
}

fn check_reference(params: &Params) -> Result<(), StripeError> {
    let reference = params.text("client_reference_id").unwrap_or_default();
    if reference.chars().count() <= MAX_REFERENCE_LENGTH {
        return Ok(());
    }
    let message = format!(
        "Invalid string: client_reference_id must be at most {MAX_REFERENCE_LENGTH} characters"
    );
    Err(StripeError::invalid(message).param("client_reference_id"))
}

/// Between 30 minutes and 24 hours after `created`; `None` for the default.
fn expires_at(params: &Params, created: i64) -> Result<Option<i64>, StripeError> {
    let expires_at = params.integer("expires_at");
    let lifetime = expires_at.map(|expires_at| expires_at.saturating_sub(created));
    if lifetime.is_none_or(|lifetime| (MIN_LIFETIME..=MAX_LIFETIME).contains(&lifetime)) {
        return Ok(expires_at);
    }
    let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from \
                   Checkout Session creation.";
    Err(StripeError::invalid(message).param("expires_at"))
}
