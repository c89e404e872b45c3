//! Movements of money that no other call makes.

use crate::base::error::ApiResult;
use crate::base::metadata::Metadata;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::object::StripeObject;
use crate::model::payment_intent::{PaymentIntent, PaymentIntentData};
use crate::model::payment_method::PaymentMethod;
use crate::resources::payment_intents::{self, NewPayment};

/// The card of a buyer who pays outside of any session.
const CARD: &str = "4242424242424242";

/// A buyer pays outside of any session; returns the charge.
pub(crate) fn charge(world: &mut World, scope: &Scope, currency: &str, amount: i64) -> ApiResult {
    let payment = NewPayment {
        amount,
        currency: currency.to_owned(),
        email: None,
        data: PaymentIntentData {
            application: None,
            application_fee_amount: None,
            description: None,
            metadata: Metadata::new(),
        },
    };
    let card = PaymentMethod::card(CARD);
    let id = payment_intents::create_payment(world, scope, payment, &card);
    payment_intents::succeed(world, scope, &id)?;
    let charge = &world.store.get::<PaymentIntent>(scope, &id)?.charge;
    Ok(world.store.get::<Charge>(scope, charge)?.to_json())
}
