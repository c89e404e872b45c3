//! `/v1/application_fees`.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::application_fee::{ApplicationFee, FeeRefund};
use crate::model::charge::Charge;
use crate::params::spec::Kind::{Positive, Text};
use crate::params::spec::{CREATED, Param, optional};

pub(crate) const LIST: &[Param] = &[
    optional("charge", Text),
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
];

/// Creates the fee of a paid charge and returns the fee's id, or `None` for a charge without a fee.
pub(crate) fn create(
    world: &mut World,
    scope: &Scope,
    charge: &str,
) -> Result<Option<String>, StripeError> {
    let (id, created) = (world.ids.object_id("fee_"), world.clock.now());
    let balance_transaction = world.ids.object_id("txn_");
    let charge = world.store.get::<Charge>(scope, charge)?;
    let (Some(amount), Some(application)) =
        (charge.application_fee_amount, charge.application.clone())
    else {
        return Ok(None);
    };
    let fee = ApplicationFee {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created,
        account: scope.account.clone(),
        application,
        charge: charge.id.clone(),
        amount,
        refunds: Vec::new(),
        currency: charge.currency.clone(),
        balance_transaction,
    };
    let platform = world.config.platform_scope(scope.mode);
    world.store.insert(&platform, fee);
    Ok(Some(id))
}

/// Refunds the part of a fee that belongs to `refunded` of a charge of `charged`.
pub(crate) fn refund(world: &mut World, scope: &Scope, fee: &str, refunded: i64, charged: i64) {
    let platform = world.config.platform_scope(scope.mode);
    let (id, created) = (world.ids.object_id("fr_"), world.clock.now());
    if let Ok(fee) = world.store.get_mut::<ApplicationFee>(&platform, fee) {
        let amount = fee.proportional_refund(refunded, charged);
        fee.refunds.push(FeeRefund {
            id,
            amount,
            created,
        });
    }
}
