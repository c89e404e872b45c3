//! `/v1/invoices` and `/v1/invoice_payments`. Subscriptions create invoices; the API only reads them.

use serde_json::{Value, json};

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::model::invoice::Invoice;
use crate::model::object::StripeObject;
use crate::model::payment_intent::PaymentIntentData;
use crate::model::subscription::Subscription;
use crate::params::spec::Kind::{Enum, Hash, Positive, Text, TextList};
use crate::params::spec::{CREATED, Param, optional, required};
use crate::params::values::Params;
use crate::resources::context::Context;
use crate::resources::listing;
use crate::resources::payment_intents::{self, NewPayment};

pub(crate) const RETRIEVE: &[Param] = &[optional("expand", TextList)];

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("expand", TextList),
    optional("limit", Positive),
    optional("starting_after", Text),
    optional(
        "status",
        Enum(&["draft", "open", "paid", "uncollectible", "void"]),
    ),
    optional("subscription", Text),
];

pub(crate) const LIST_PAYMENTS: &[Param] = &[
    optional("invoice", Text),
    optional("limit", Positive),
    optional(
        "payment",
        Hash(&[
            optional("payment_intent", Text),
            required("type", Enum(&["payment_intent"])),
        ]),
    ),
];

/// `GET /v1/invoices/{id}`. The payments are in the answer only if they are asked for.
pub(crate) fn retrieve(context: &mut Context<'_>) -> ApiResult {
    let invoice = context
        .world
        .store
        .get::<Invoice>(&context.scope, &context.id)?;
    let mut json = invoice.to_json();
    if expands(context, "payments")? {
        json["payments"] = payments_of(invoice);
    }
    Ok(json)
}

/// `GET /v1/invoices`, with the payments if they are asked for.
pub(crate) fn list(context: &mut Context<'_>) -> ApiResult {
    let expands = expands(context, "data.payments")?;
    let mut page = listing::list::<Invoice>(context)?;
    let (store, scope) = (&context.world.store, &context.scope);
    for json in page["data"].as_array_mut().into_iter().flatten() {
        let invoice = store.get::<Invoice>(scope, json["id"].as_str().unwrap_or_default())?;
        if expands {
            json["payments"] = payments_of(invoice);
        }
    }
    Ok(page)
}

/// Whether a call expands `name`, the only field that can be expanded.
fn expands(context: &Context<'_>, name: &str) -> Result<bool, StripeError> {
    let wanted = context.params.text_list("expand").unwrap_or_default();
    match wanted.iter().find(|wanted| *wanted != name) {
        Some(other) => {
            Err(StripeError::not_simulated(&format!("expand[]={other}")).param("expand"))
        }
        None => Ok(!wanted.is_empty()),
    }
}

fn payments_of(invoice: &Invoice) -> Value {
    let url = format!("/v1/invoice_payments?invoice={}", invoice.id);
    let payments: Vec<_> = invoice.payments().into_iter().collect();
    list_of(&url, &payments)
}

/// `GET /v1/invoice_payments`.
#[expect(clippy::unnecessary_wraps, reason = "the form of all handlers")]
pub(crate) fn list_payments(context: &mut Context<'_>) -> ApiResult {
    let params = &context.params;
    let intent = params
        .hash("payment")
        .and_then(|it| it.text("payment_intent"));
    let invoices = context.world.store.list::<Invoice>(&context.scope);
    let found = invoices.filter(|invoice| {
        params.filter_text("invoice", &invoice.id)
            && intent.is_none_or(|intent| invoice.payment_intent.as_deref() == Some(intent))
    });
    let payments: Vec<_> = found.filter_map(Invoice::payments).collect();
    Ok(list_of("/v1/invoice_payments", &payments))
}

fn list_of(url: &str, data: &[Value]) -> Value {
    json!({ "object": "list", "url": url, "has_more": false, "data": data })
}

/// What an invoice bills.
pub(crate) struct Bill {
    pub(crate) reason: &'static str,
    pub(crate) amount: i64,
    pub(crate) created: i64,
    pub(crate) is_proration: bool,
}

/// Creates an open invoice for the current period of a subscription; returns its id.
pub(crate) fn create(
    world: &mut World,
    scope: &Scope,
    subscription: &str,
    bill: &Bill,
) -> Result<String, StripeError> {
    let id = world.ids.object_id("in_");
    let payment = world.ids.object_id("inpay_");
    let of = world.store.get_mut::<Subscription>(scope, subscription)?;
    of.latest_invoice = Some(id.clone());
    let invoice = Invoice {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created: bill.created,
        subscription: of.id.clone(),
        item: of.item.clone(),
        customer: of.customer.clone(),
        email: of.email.clone(),
        amount: bill.amount,
        currency: of.currency.clone(),
        price: of.price["id"].as_str().unwrap_or_default().to_owned(),
        is_paid: false,
        given_up: None,
        attempts: 0,
        billing_reason: bill.reason,
        period_start: of.period_start,
        period_end: of.period_end,
        is_proration: bill.is_proration,
        metadata: of.data.metadata.clone(),
        payment,
        payment_intent: None,
    };
    world.store.insert(scope, invoice);
    Ok(id)
}

/// Tries to pay an open invoice with the payment method of its subscription, and emits the event.
/// Returns whether the invoice is paid.
pub(crate) fn pay(world: &mut World, scope: &Scope, id: &str) -> Result<bool, StripeError> {
    let invoice = world.store.get_mut::<Invoice>(scope, id)?;
    invoice.attempts += 1;
    let (amount, currency) = (invoice.amount, invoice.currency.clone());
    let subscription = invoice.subscription.clone();
    let of = world.store.get::<Subscription>(scope, &subscription)?;
    let fails = of.payments_fail && amount > 0;
    let fee = of
        .data
        .fee_points
        .map(|points| (amount * points + 5_000) / 10_000);
    let payment = NewPayment {
        amount,
        currency,
        email: of.email.clone(),
        data: PaymentIntentData {
            application: of.data.application.clone(),
            application_fee_amount: fee.filter(|fee| *fee > 0),
            description: Some("Subscription update".to_owned()),
            metadata: Params::default().new_metadata(),
        },
    };
    let method = of.payment_method.clone();
    if !fails {
        let intent = if amount == 0 {
            None
        } else {
            let intent = payment_intents::create_payment(world, scope, payment, &method);
            payment_intents::succeed(world, scope, &intent)?;
            Some(intent)
        };
        let invoice = world.store.get_mut::<Invoice>(scope, id)?;
        invoice.is_paid = true;
        invoice.payment_intent = intent;
    }
    let json = world.store.get::<Invoice>(scope, id)?.to_json();
    let kind = if fails {
        "invoice.payment_failed"
    } else {
        "invoice.paid"
    };
    world.emit(scope, kind, &json, &EventRequest::default());
    Ok(!fails)
}

/// The seller gives an open invoice up, as `void` or `uncollectible`, and the event says so.
pub(crate) fn give_up(
    world: &mut World,
    scope: &Scope,
    id: &str,
    status: &'static str,
) -> Result<(), StripeError> {
    let invoice = world.store.get_mut::<Invoice>(scope, id)?;
    invoice.given_up = Some(status);
    let json = invoice.to_json();
    let kind = match status {
        "void" => "invoice.voided",
        _ => "invoice.marked_uncollectible",
    };
    world.emit(scope, kind, &json, &EventRequest::default());
    Ok(())
}
