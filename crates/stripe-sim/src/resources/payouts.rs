//! `/v1/payouts`: payouts to the owners of accounts, which the control plane makes.

use serde_json::Value;

use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::payout::{Payout, PayoutStatus};
use crate::params::spec::Kind::{Enum, Positive, Text};
use crate::params::spec::{CREATED, Param, optional};

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
    optional(
        "status",
        Enum(&["canceled", "failed", "in_transit", "paid", "pending"]),
    ),
];

/// Pays out so much to the owner of an account; returns the payout.
pub(crate) fn pay(world: &mut World, scope: &Scope, amount: i64, currency: &str) -> Value {
    let created = world.clock.now();
    let payout = Payout {
        id: world.ids.object_id("po_"),
        livemode: scope.mode.livemode(),
        created,
        arrival_date: created,
        amount,
        currency: currency.to_owned(),
        status: PayoutStatus::Paid,
    };
    let json = payout.to_json();
    world.store.insert(scope, payout);
    world.emit(scope, "payout.paid", &json, &EventRequest::default());
    json
}

/// A payout comes back from the owner's bank; returns the payout.
pub(crate) fn fail(world: &mut World, scope: &Scope, id: &str) -> Value {
    let Ok(payout) = world.store.get_mut::<Payout>(scope, id) else {
        return Value::Null;
    };
    payout.status = PayoutStatus::Failed;
    let json = payout.to_json();
    world.emit(scope, "payout.failed", &json, &EventRequest::default());
    json
}
