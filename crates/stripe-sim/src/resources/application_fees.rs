//! `/v1/application_fees`.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::balance::Movement;
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
    let movement = Movement {
        kind: "application_fee",
        reporting_category: "platform_earning",
        amount,
        currency: &fee.currency,
        fees: Vec::new(),
        source: Some(&id),
        description: None,
    };
    world.book_as(&platform, fee.balance_transaction.clone(), movement);
    world.store.insert(&platform, fee);
    Ok(Some(id))
}

/// Refunds the part of a fee that belongs to `refunded` of a charge of `charged`. Returns the amount.
pub(crate) fn refund(
    world: &mut World,
    scope: &Scope,
    fee: &str,
    refunded: i64,
    charged: i64,
) -> i64 {
    let platform = world.config.platform_scope(scope.mode);
    let (id, created) = (world.ids.object_id("fr_"), world.clock.now());
    let Ok(fee) = world.store.get_mut::<ApplicationFee>(&platform, fee) else {
        return 0;
    };
    let amount = fee.proportional_refund(refunded, charged);
    let currency = fee.currency.clone();
    fee.refunds.push(FeeRefund {
        id: id.clone(),
        amount,
        created,
    });
    let movement = Movement {
        kind: "application_fee_refund",
        reporting_category: "platform_earning_refund",
        amount: -amount,
        currency: &currency,
        fees: Vec::new(),
        source: Some(&id),
        description: None,
    };
    world.book(&platform, movement);
    amount
}
