//! The status of charges. The hosted page creates charges; the API only reads them.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::payment_method::PaymentStatus;
use crate::resources::application_fees;

/// Marks a charge as paid and collects the platform's fee.
pub(crate) fn succeed(world: &mut World, scope: &Scope, id: &str) -> Result<(), StripeError> {
    let transaction = world.ids.object_id("txn_");
    let fee = application_fees::create(world, scope, id)?;
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
