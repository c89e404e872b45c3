//! `/v1/subscriptions`. Checkout sessions begin subscriptions, and their clock is advanced by the control
//! plane.

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::model::invoice::Invoice;
use crate::model::object::StripeObject;
use crate::model::payment_method::PaymentMethod;
use crate::model::price::{Price, Recurring};
use crate::model::session::Session;
use crate::model::subscription::Subscription;
use crate::params::spec::Kind::{Bool, Enum, Metadata, Positive, Text};
use crate::params::spec::{CREATED, Param, optional};
use crate::resources::context::Context;
use crate::resources::invoices::{self, Bill};

const DAY: i64 = 86_400;

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
    optional(
        "status",
        Enum(&[
            "active", "all", "canceled", "past_due", "paused", "trialing",
        ]),
    ),
];

pub(crate) const UPDATE: &[Param] = &[
    optional("cancel_at_period_end", Bool),
    optional("metadata", Metadata),
];

/// The largest number of periods that one advance of the clock begins.
const MAX_PERIODS: usize = 500;

/// `POST /v1/subscriptions/{id}`.
pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let cancels = context.params.bool("cancel_at_period_end");
    let (scope, id) = (&context.scope, &context.id);
    let subscription = running(context.world, scope, id)?;
    subscription.cancel_at_period_end = cancels.unwrap_or(subscription.cancel_at_period_end);
    context
        .params
        .update_metadata(&mut subscription.data.metadata);
    emit(context.world, scope, id, "customer.subscription.updated")
}

/// `DELETE /v1/subscriptions/{id}`: ends the subscription at once.
pub(crate) fn cancel(context: &mut Context<'_>) -> ApiResult {
    let now = context.world.clock.now();
    end(context.world, &context.scope, &context.id, now)
}

/// Begins the subscription of a session: a trial, or a first period that is paid. Returns the ids of the
/// subscription and its first invoice.
pub(crate) fn begin(
    world: &mut World,
    scope: &Scope,
    session: &str,
    payment_method: &PaymentMethod,
) -> Result<(String, String), StripeError> {
    let created = world.clock.now();
    let id = world.ids.object_id("sub_");
    let (item, customer) = (world.ids.object_id("si_"), world.ids.object_id("cus_"));
    let session = world.store.get::<Session>(scope, session)?;
    let nothing = || StripeError::invalid("The session begins no subscription.");
    let data = session.terms.begins.as_ref().ok_or_else(nothing)?;
    let line = session.line_items.first().ok_or_else(nothing)?;
    let price = world.store.get::<Price>(scope, &line.price)?;
    let recurring = price.recurring.as_ref().ok_or_else(nothing)?;
    let recurring = Recurring {
        interval: recurring.interval.clone(),
        interval_count: recurring.interval_count,
    };
    let trial_end = data.trial_days.map(|days| created + days * DAY);
    let anchor = trial_end.unwrap_or(created);
    let periods = i64::from(trial_end.is_none());
    let subscription = Subscription {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created,
        status: if trial_end.is_some() {
            "trialing"
        } else {
            "active"
        },
        customer,
        item,
        quantity: line.quantity,
        price: price.to_json(),
        unit_amount: price.unit_amount,
        currency: price.currency.clone(),
        anchor,
        periods,
        period_start: created,
        period_end: recurring.after(anchor, periods),
        recurring,
        trial_end,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        latest_invoice: None,
        data: data.clone(),
        email: session.email().cloned(),
        payment_method: payment_method.clone(),
        payments_fail: false,
    };
    let amount = match trial_end {
        Some(_) => 0,
        None => session.amount_total(),
    };
    world.store.insert(scope, subscription);
    let bill = Bill {
        reason: "subscription_create",
        amount,
        created,
        is_proration: false,
    };
    let invoice = invoices::create(world, scope, &id, &bill)?;
    emit(world, scope, &id, "customer.subscription.created")?;
    invoices::pay(world, scope, &invoice)?;
    Ok((id, invoice))
}

/// Lets the time of a subscription pass until `to`: each period that ends by then is renewed, or ends the
/// subscription.
pub(crate) fn advance(world: &mut World, scope: &Scope, id: &str, to: i64) -> ApiResult {
    for _ in 0..MAX_PERIODS {
        let subscription = world.store.get_mut::<Subscription>(scope, id)?;
        if subscription.has_ended() || subscription.period_end > to {
            break;
        }
        if subscription.cancel_at_period_end {
            let at = subscription.period_end;
            return end(world, scope, id, at);
        }
        subscription.begin_period();
        if subscription.status == "paused" {
            emit(world, scope, id, "customer.subscription.updated")?;
            continue;
        }
        let bill = Bill {
            reason: "subscription_cycle",
            amount: subscription
                .unit_amount
                .saturating_mul(subscription.quantity),
            created: subscription.period_start,
            is_proration: false,
        };
        let invoice = invoices::create(world, scope, id, &bill)?;
        try_to_pay(world, scope, id, &invoice)?;
    }
    Ok(world.store.get::<Subscription>(scope, id)?.to_json())
}

/// Sets whether payments fail from now on.
pub(crate) fn set_payments(
    world: &mut World,
    scope: &Scope,
    id: &str,
    fail: bool,
) -> Result<(), StripeError> {
    running(world, scope, id)?.payments_fail = fail;
    Ok(())
}

/// Tries to pay the last invoice again.
pub(crate) fn retry(world: &mut World, scope: &Scope, id: &str) -> ApiResult {
    let open = open_invoice(world, scope, id)?;
    try_to_pay(world, scope, id, &open)?;
    Ok(world.store.get::<Subscription>(scope, id)?.to_json())
}

/// The seller gives the last invoice up. If nobody owes it, the subscription is active again.
pub(crate) fn give_up(
    world: &mut World,
    scope: &Scope,
    id: &str,
    status: &'static str,
) -> ApiResult {
    let open = open_invoice(world, scope, id)?;
    invoices::give_up(world, scope, &open, status)?;
    if status == "void" {
        world.store.get_mut::<Subscription>(scope, id)?.status = "active";
        emit(world, scope, id, "customer.subscription.updated")?;
    }
    Ok(world.store.get::<Subscription>(scope, id)?.to_json())
}

/// The last invoice, which is not paid.
fn open_invoice(world: &mut World, scope: &Scope, id: &str) -> Result<String, StripeError> {
    let latest = running(world, scope, id)?.latest_invoice.clone();
    let open = latest.filter(|invoice| {
        let invoice = world.store.get::<Invoice>(scope, invoice);
        invoice.is_ok_and(|invoice| !invoice.is_paid)
    });
    open.ok_or_else(|| StripeError::invalid("The last invoice is paid."))
}

fn try_to_pay(
    world: &mut World,
    scope: &Scope,
    id: &str,
    invoice: &str,
) -> Result<(), StripeError> {
    let is_paid = invoices::pay(world, scope, invoice)?;
    let subscription = world.store.get_mut::<Subscription>(scope, id)?;
    subscription.status = if is_paid { "active" } else { "past_due" };
    emit(world, scope, id, "customer.subscription.updated")?;
    Ok(())
}

/// Pauses a subscription, or resumes it.
pub(crate) fn pause(world: &mut World, scope: &Scope, id: &str, is_paused: bool) -> ApiResult {
    let subscription = running(world, scope, id)?;
    let (status, event) = if is_paused {
        ("paused", "customer.subscription.paused")
    } else {
        ("active", "customer.subscription.resumed")
    };
    subscription.status = status;
    emit(world, scope, id, event)
}

/// Moves a subscription to another price and charges half of the new price at once, for the rest of the
/// period.
pub(crate) fn switch(world: &mut World, scope: &Scope, id: &str, price: &str) -> ApiResult {
    let price = world.store.get::<Price>(scope, price)?;
    let (json, unit_amount) = (price.to_json(), price.unit_amount);
    let created = world.clock.now();
    let subscription = running(world, scope, id)?;
    subscription.price = json;
    subscription.unit_amount = unit_amount;
    let bill = Bill {
        reason: "subscription_update",
        amount: unit_amount / 2,
        created,
        is_proration: true,
    };
    let invoice = invoices::create(world, scope, id, &bill)?;
    invoices::pay(world, scope, &invoice)?;
    emit(world, scope, id, "customer.subscription.updated")
}

/// Ends a subscription.
pub(crate) fn end(world: &mut World, scope: &Scope, id: &str, at: i64) -> ApiResult {
    let subscription = running(world, scope, id)?;
    subscription.status = "canceled";
    subscription.canceled_at = Some(at);
    subscription.ended_at = Some(at);
    emit(world, scope, id, "customer.subscription.deleted")
}

/// A subscription that has not ended, for changes.
fn running<'w>(
    world: &'w mut World,
    scope: &Scope,
    id: &str,
) -> Result<&'w mut Subscription, StripeError> {
    let subscription = world.store.get_mut::<Subscription>(scope, id)?;
    if subscription.has_ended() {
        let message =
            "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(StripeError::invalid(message));
    }
    Ok(subscription)
}

fn emit(world: &mut World, scope: &Scope, id: &str, kind: &'static str) -> ApiResult {
    let json = world.store.get::<Subscription>(scope, id)?.to_json();
    world.emit(scope, kind, &json, &EventRequest::default());
    Ok(json)
}
