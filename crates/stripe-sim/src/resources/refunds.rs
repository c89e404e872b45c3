//! `/v1/refunds`.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::base::metadata::Metadata;
use crate::base::scope::Scope;
use crate::engine::balance::{Movement, application_fee_entry};
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::payment_intent::PaymentIntent;
use crate::model::payment_method::PaymentStatus;
use crate::model::refund::{Refund, RefundStatus};
use crate::params::spec::Kind::{self, Bool, Enum, Positive, Text};
use crate::params::spec::{CREATED, Param, optional};
use crate::resources::application_fees;
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
    optional("amount", Positive),
    optional("charge", Text),
    optional("metadata", Kind::Metadata),
    optional("payment_intent", Text),
    optional(
        "reason",
        Enum(&["duplicate", "fraudulent", "requested_by_customer"]),
    ),
    optional("refund_application_fee", Bool),
];

pub(crate) const LIST: &[Param] = &[
    optional("charge", Text),
    CREATED,
    optional("limit", Positive),
    optional("payment_intent", Text),
    optional("starting_after", Text),
];

/// A refund that the API or the seller requests.
#[derive(Default)]
pub(crate) struct RefundRequest {
    /// `None` refunds the whole amount that is not refunded yet.
    pub(crate) amount: Option<i64>,
    /// Refunds the platform's fee in proportion. Otherwise the platform keeps the fee.
    pub(crate) refund_application_fee: bool,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
}

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let params = &context.params;
    let charge = match (params.text("charge"), params.text("payment_intent")) {
        (Some(charge), None) => charge.to_owned(),
        (None, Some(intent)) => {
            let intent = context
                .world
                .store
                .get::<PaymentIntent>(&context.scope, intent);
            let intent = intent.map_err(|error| error.param("payment_intent"))?;
            intent.charge.clone()
        }
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: charge, payment_intent.";
            return Err(StripeError::invalid(message).code("parameters_exclusive"));
        }
        (None, None) => {
            let message = "One of the following params should be provided for this request: \
                           payment_intent or charge.";
            return Err(StripeError::invalid(message)
                .code("parameter_missing")
                .param("charge"));
        }
    };
    let refund = RefundRequest {
        amount: params.integer("amount"),
        refund_application_fee: params.bool("refund_application_fee").unwrap_or(false),
        reason: params.owned_text("reason"),
        metadata: params.new_metadata(),
    };
    create_for_charge(
        context.world,
        &context.scope,
        &charge,
        refund,
        &context.request,
    )
}

/// Refunds a charge and emits the event. The API and the seller's dashboard use this function.
pub(crate) fn create_for_charge(
    world: &mut World,
    scope: &Scope,
    charge: &str,
    refund: RefundRequest,
    request: &EventRequest,
) -> ApiResult {
    let charge = world.store.get_mut::<Charge>(scope, charge);
    let charge = charge.map_err(|error| error.param("charge"))?;
    let amount = amount_to_refund(charge, &refund)?;
    charge.amount_refunded += amount;
    let charged = charge.amount;
    let (id, fee) = (charge.id.clone(), charge.application_fee.clone());
    let (currency, payment_intent) = (charge.currency.clone(), charge.payment_intent.clone());
    let charge_json = charge.to_json();
    let application = charge.application.clone();
    let returned = fee
        .filter(|_| refund.refund_application_fee)
        .map(|fee| application_fees::refund(world, scope, &fee, amount, charged));
    let refund_id = world.ids.object_id("re_");
    let fees = returned.map(|fee| application_fee_entry(-fee, application.as_deref()));
    let movement = Movement {
        kind: if id.starts_with("py_") {
            "payment_refund"
        } else {
            "refund"
        },
        reporting_category: "refund",
        amount: -amount,
        currency: &currency,
        fees: fees.into_iter().collect(),
        source: Some(&refund_id),
        description: Some("REFUND FOR CHARGE"),
    };
    let balance_transaction = world.book(scope, movement);
    let refund = Refund {
        id: refund_id,
        created: world.clock.now(),
        amount,
        currency,
        charge: id,
        payment_intent,
        balance_transaction,
        failure_balance_transaction: None,
        reason: refund.reason,
        metadata: refund.metadata,
        status: RefundStatus::Succeeded,
    };
    let json = refund.to_json();
    world.store.insert(scope, refund);
    world.emit(scope, "refund.created", &json, request);
    world.emit(scope, "charge.refunded", &charge_json, request);
    Ok(json)
}

/// Ends a refund without success: the money returns to the seller. Emits the events.
pub(crate) fn undo(world: &mut World, scope: &Scope, id: &str, status: RefundStatus) -> ApiResult {
    let refund = world.store.get_mut::<Refund>(scope, id)?;
    if refund.status != RefundStatus::Succeeded {
        let message = format!("Refund {id} has failed or been canceled already.");
        return Err(StripeError::invalid(message));
    }
    refund.status = status;
    let (charge, amount) = (refund.charge.clone(), refund.amount);
    let currency = refund.currency.clone();
    let movement = Movement {
        kind: "refund_failure",
        reporting_category: "refund_failure",
        amount,
        currency: &currency,
        fees: Vec::new(),
        source: Some(id),
        description: Some("REFUND FAILURE"),
    };
    let failure = world.book(scope, movement);
    let refund = world.store.get_mut::<Refund>(scope, id)?;
    refund.failure_balance_transaction = Some(failure);
    let json = refund.to_json();
    world
        .store
        .get_mut::<Charge>(scope, &charge)?
        .amount_refunded -= amount;
    let previous = json!({ "status": "succeeded" });
    if status == RefundStatus::Failed {
        world.emit(scope, "refund.failed", &json, &EventRequest::default());
    }
    world.emit_update(scope, "refund.updated", &json, &previous);
    world.emit_update(scope, "charge.refund.updated", &json, &previous);
    Ok(json)
}

/// Checks a refund request and returns the amount in minor units.
fn amount_to_refund(charge: &Charge, refund: &RefundRequest) -> Result<i64, StripeError> {
    let (id, refundable) = (&charge.id, charge.refundable());
    if charge.status != PaymentStatus::Succeeded {
        return Err(
            StripeError::invalid(format!("Charge {id} has not been paid.")).param("charge"),
        );
    }
    if refundable == 0 {
        let error = StripeError::invalid(format!("Charge {id} has already been refunded."));
        return Err(error.code("charge_already_refunded"));
    }
    if refund.refund_application_fee && charge.application_fee.is_none() {
        let message = format!("Charge {id} does not have an application fee to refund.");
        return Err(StripeError::invalid(message).param("refund_application_fee"));
    }
    let amount = refund.amount.unwrap_or(refundable);
    if amount > refundable {
        let message = format!(
            "Refund amount ({amount} {currency}) is greater than unrefunded amount on charge ({refundable} {currency})",
            currency = charge.currency
        );
        return Err(StripeError::invalid(message).param("amount"));
    }
    Ok(amount)
}
