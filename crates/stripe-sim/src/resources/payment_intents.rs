//! Payment intents with their charges. The hosted page and subscriptions create payment intents; the API
//! only reads them.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::payment_intent::{PaymentIntent, PaymentIntentData};
use crate::model::payment_method::{PaymentMethod, PaymentStatus};
use crate::model::session::Session;
use crate::resources::charges;

/// A payment to make.
pub(crate) struct NewPayment {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) email: Option<String>,
    pub(crate) data: PaymentIntentData,
}

/// Creates a pending payment intent for a session, with its charge. Returns the intent's id.
pub(crate) fn create(
    world: &mut World,
    scope: &Scope,
    session: &str,
    payment_method: &PaymentMethod,
) -> Result<String, StripeError> {
    let session = world.store.get::<Session>(scope, session)?;
    let payment = NewPayment {
        amount: session.amount_total(),
        currency: session.currency.clone(),
        email: session.email().cloned(),
        data: session.terms.payment_intent_data.clone(),
    };
    Ok(create_payment(world, scope, payment, payment_method))
}

/// Creates a pending payment intent with its charge. Returns the intent's id.
pub(crate) fn create_payment(
    world: &mut World,
    scope: &Scope,
    payment: NewPayment,
    payment_method: &PaymentMethod,
) -> String {
    let created = world.clock.now();
    let id = world.ids.object_id("pi_");
    let charge_id = world.ids.object_id(payment_method.charge_prefix());
    let client_secret = world.ids.object_id(&format!("{id}_secret_"));
    let NewPayment {
        amount,
        currency,
        email,
        data,
    } = payment;
    let charge = Charge {
        id: charge_id.clone(),
        livemode: scope.mode.livemode(),
        created,
        amount,
        amount_refunded: 0,
        disputed: false,
        currency: currency.clone(),
        application: data.application.clone(),
        // Stripe takes no more than was paid, which discounts may have lowered.
        application_fee_amount: data.application_fee_amount.map(|fee| fee.min(amount)),
        application_fee: None,
        balance_transaction: None,
        payment_intent: id.clone(),
        status: PaymentStatus::Pending,
        email,
        description: data.description.clone(),
        metadata: data.metadata.clone(),
        payment_method: payment_method.clone(),
    };
    let intent = PaymentIntent {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created,
        amount,
        currency,
        data,
        status: PaymentStatus::Pending,
        charge: charge_id,
        client_secret,
        payment_method: payment_method.clone(),
    };
    world.store.insert(scope, intent);
    world.store.insert(scope, charge);
    id
}

/// Marks a payment intent and its charge as paid and collects the platform's fee.
pub(crate) fn succeed(world: &mut World, scope: &Scope, id: &str) -> Result<(), StripeError> {
    let charge = set_status(world, scope, id, PaymentStatus::Succeeded)?;
    charges::succeed(world, scope, &charge)
}

/// Marks a payment intent and its charge as failed.
pub(crate) fn fail(world: &mut World, scope: &Scope, id: &str) -> Result<(), StripeError> {
    let charge = set_status(world, scope, id, PaymentStatus::Failed)?;
    charges::fail(world, scope, &charge)
}

/// Sets the status of a payment intent and returns the id of its charge.
fn set_status(
    world: &mut World,
    scope: &Scope,
    id: &str,
    status: PaymentStatus,
) -> Result<String, StripeError> {
    let intent = world.store.get_mut::<PaymentIntent>(scope, id)?;
    intent.status = status;
    Ok(intent.charge.clone())
}
