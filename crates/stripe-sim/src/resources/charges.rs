//! The status of charges. The hosted page creates charges; the API only reads them.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::balance::{Movement, application_fee_entry, stripe_fee, stripe_fee_entry};
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::payment_method::PaymentStatus;
use crate::params::spec::Kind::{Positive, Text};
use crate::params::spec::{CREATED, Param, optional};
use crate::resources::application_fees;

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("ending_before", Text),
    optional("limit", Positive),
    optional("payment_intent", Text),
    optional("starting_after", Text),
];

/// Marks a charge as paid, collects the platform's fee and books both.
pub(crate) fn succeed(world: &mut World, scope: &Scope, id: &str) -> Result<(), StripeError> {
    let fee = application_fees::create(world, scope, id)?;
    let transaction = book(world, scope, id)?;
    let charge = world.store.get_mut::<Charge>(scope, id)?;
    charge.status = PaymentStatus::Succeeded;
    charge.balance_transaction = Some(transaction);
    charge.application_fee = fee;
    Ok(())
}

pub(crate) fn fail(world: &mut World, scope: &Scope, id: &str) -> Result<(), StripeError> {
    world.store.get_mut::<Charge>(scope, id)?.status = PaymentStatus::Failed;
    Ok(())
}

/// Books a paid charge: the amount, Stripe's fee and the platform's fee.
fn book(world: &mut World, scope: &Scope, id: &str) -> Result<String, StripeError> {
    let charge = world.store.get::<Charge>(scope, id)?;
    let (amount, currency) = (charge.amount, charge.currency.clone());
    let mut fees = vec![stripe_fee_entry(
        stripe_fee(amount, &currency),
        "Stripe processing fees",
    )];
    if let Some(fee) = charge.application_fee_amount {
        fees.push(application_fee_entry(fee, charge.application.as_deref()));
    }
    let movement = Movement {
        kind: if id.starts_with("py_") {
            "payment"
        } else {
            "charge"
        },
        reporting_category: "charge",
        amount,
        currency: &currency,
        fees,
        source: Some(id),
        description: None,
    };
    Ok(world.book(scope, movement))
}
