//! `/v1/payment_links`, and the sessions that payment links open.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::after_completion::AfterCompletion;
use crate::model::object::StripeObject;
use crate::model::payment_link::PaymentLink;
use crate::model::session_options::{SessionOptions, switch};
use crate::model::session_terms::SessionTerms;
use crate::params::spec::Kind::{Bool, Enum, Hash, List, Metadata, Positive, Text, Url};
use crate::params::spec::{Param, optional, required};
use crate::params::values::Params;
use crate::resources::cart::Cart;
use crate::resources::context::Context;
use crate::resources::{open_session, payment_terms};

pub(crate) const CREATE: &[Param] = &[
    optional(
        "after_completion",
        Hash(&[
            optional(
                "hosted_confirmation",
                Hash(&[optional("custom_message", Text)]),
            ),
            optional("redirect", Hash(&[required("url", Url)])),
            required("type", Enum(&["hosted_confirmation", "redirect"])),
        ]),
    ),
    optional("allow_promotion_codes", Bool),
    switch("automatic_tax"),
    optional("customer_creation", Enum(&["always", "if_required"])),
    switch("invoice_creation"),
    required(
        "line_items",
        List(&[required("price", Text), required("quantity", Positive)]),
    ),
    switch("managed_payments"),
    optional("metadata", Metadata),
    optional(
        "payment_intent_data",
        Hash(&[
            optional("description", Text),
            optional("metadata", Metadata),
        ]),
    ),
    optional(
        "submit_type",
        Enum(&["auto", "book", "donate", "pay", "subscribe"]),
    ),
    optional(
        "subscription_data",
        Hash(&[
            optional("description", Text),
            optional("metadata", Metadata),
            optional("trial_period_days", Positive),
        ]),
    ),
    switch("tax_id_collection"),
];

pub(crate) const UPDATE: &[Param] = &[optional("active", Bool), optional("metadata", Metadata)];

pub(crate) const LIST: &[Param] = &[
    optional("active", Bool),
    optional("ending_before", Text),
    optional("limit", Positive),
    optional("starting_after", Text),
];

const MAX_LINES: usize = 20;

/// What the address of a payment link may say about its visitor.
pub(crate) struct Visitor {
    pub(crate) client_reference_id: Option<String>,
    pub(crate) prefilled_email: Option<String>,
}

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let options = SessionOptions::read(&context.params)?;
    let after_completion = after_completion(&context.params)?;
    open_session::check_charges_enabled(context.world, &context.scope)?;
    let cart = Cart::read(context, None)?;
    if cart.lines.len() > MAX_LINES {
        let message = format!("Payment links can have up to {MAX_LINES} line items.");
        return Err(StripeError::invalid(message).param("line_items"));
    }
    let id = context.world.ids.object_id("plink_");
    let terms = terms(context, &cart, options, after_completion, &id)?;
    let (world, scope) = (&mut *context.world, &context.scope);
    let link = PaymentLink {
        livemode: scope.mode.livemode(),
        created: world.clock.now(),
        active: true,
        url: new_url(world, scope),
        currency: cart.currency.clone(),
        line_items: cart.create_lines(world, scope, &terms),
        terms,
        id,
    };
    let json = link.to_json();
    world.store.insert(scope, link);
    world.emit(scope, "payment_link.created", &json, &context.request);
    Ok(json)
}

/// What is given to each session of the link with the id `link`.
fn terms(
    context: &Context<'_>,
    cart: &Cart,
    options: SessionOptions,
    after_completion: AfterCompletion,
    link: &str,
) -> Result<SessionTerms, StripeError> {
    let params = &context.params;
    let or = |name, default: &str| params.text(name).unwrap_or(default).to_owned();
    let begins = payment_terms::subscription_data(context, cart)?;
    let trial_days = begins.as_ref().and_then(|begins| begins.trial_days);
    let total = cart.total_due(trial_days.is_some())?;
    let allows_codes = params.bool("allow_promotion_codes").unwrap_or_default();
    Ok(SessionTerms {
        after_completion,
        allow_promotion_codes: Some(allows_codes),
        allowed_payment_method_types: None,
        begins,
        cancel_url: None,
        client_reference_id: None,
        customer_creation: or("customer_creation", "if_required"),
        customer_email: None,
        locale: Some("auto".to_owned()),
        metadata: params.new_metadata(),
        options,
        payment_intent_data: payment_terms::payment_intent_data(context, total)?,
        payment_link: Some(link.to_owned()),
        prefilled_email: None,
        submit_type: Some(or("submit_type", "auto")),
    })
}

fn after_completion(params: &Params) -> Result<AfterCompletion, StripeError> {
    let Some(given) = params.hash("after_completion") else {
        return Ok(AfterCompletion::HostedConfirmation(None));
    };
    let (redirect, confirmation) = (given.hash("redirect"), given.hash("hosted_confirmation"));
    let is_redirect = given.text("type") == Some("redirect");
    let unused = [
        ("hosted_confirmation", confirmation, is_redirect),
        ("redirect", redirect, !is_redirect),
    ];
    let unused = unused
        .iter()
        .find(|(_, given, other)| given.is_some() && *other);
    if let Some((name, ..)) = unused {
        let param = format!("after_completion[{name}]");
        let message = format!("You can only pass `{param}` with `after_completion[type]={name}`.");
        return Err(StripeError::invalid(message).param(param));
    }
    if !is_redirect {
        let message = confirmation.and_then(|it| it.owned_text("custom_message"));
        return Ok(AfterCompletion::HostedConfirmation(message));
    }
    let url = redirect.and_then(|redirect| redirect.owned_text("url"));
    let url = url.ok_or_else(|| StripeError::missing_param("after_completion[redirect]"))?;
    Ok(AfterCompletion::Redirect(url))
}

/// A new address at the simulator's own host. As at Stripe, test mode shows in it, and the id does not.
fn new_url(world: &mut World, scope: &Scope) -> String {
    let prefix = if scope.mode.livemode() { "" } else { "test_" };
    let code = world.ids.generate(prefix, 24);
    format!("{}/b/{code}", world.base_url)
}

/// `POST /v1/payment_links/{id}`.
pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let (world, scope) = (&mut *context.world, &context.scope);
    let link = world.store.get_mut::<PaymentLink>(scope, &context.id)?;
    let before = link.to_json();
    link.active = context.params.bool("active").unwrap_or(link.active);
    context.params.update_metadata(&mut link.terms.metadata);
    let json = link.to_json();
    let mut previous = json!({});
    for name in ["active", "metadata"] {
        if before[name] != json[name] {
            previous[name] = before[name].clone();
        }
    }
    if previous != json!({}) {
        world.emit_update(scope, "payment_link.updated", &json, &previous);
    }
    Ok(json)
}

/// The payment link at an address of the simulator.
pub(crate) fn find<'w>(world: &'w World, url: &str) -> Option<(Scope, &'w PaymentLink)> {
    let mut links = world.store.list_all::<PaymentLink>();
    let (scope, link) = links.find(|(_, link)| link.url == url)?;
    Some((scope.clone(), link))
}

/// Opens a session for a visitor and returns its id; `None` if the seller has deactivated the link or archived
/// one of its prices.
pub(crate) fn open(
    world: &mut World,
    scope: &Scope,
    id: &str,
    visitor: Visitor,
) -> Result<Option<String>, StripeError> {
    let link = world.store.get::<PaymentLink>(scope, id)?;
    let cart = Cart::of_link(world, scope, &link.currency, &link.line_items);
    let Some(cart) = cart.filter(|_| link.active) else {
        return Ok(None);
    };
    open_session::check_charges_enabled(world, scope)?;
    let terms = SessionTerms {
        client_reference_id: visitor.client_reference_id,
        prefilled_email: visitor.prefilled_email,
        ..link.terms.clone()
    };
    Ok(Some(open_session::open(world, scope, cart, terms, None)))
}
