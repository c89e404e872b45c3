//! `/v1/refunds`, whole or in part.

use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{Answer, StripeError};
use crate::events::Origin;
use crate::fees::FeeRefund;
use crate::params::Kind::{Bool, Metadata as Meta, OneOf, Positive, Text};
use crate::params::{Args, CREATED, Metadata, Param, may};
use crate::payments::{Charge, PaymentIntent, Progress};
use crate::shelf::{Books, Resource, Shelf};
use crate::world::{Scope, World};

pub(crate) const CREATE: &[Param] = &[
    may("amount", Positive),
    may("charge", Text),
    may("metadata", Meta),
    may("payment_intent", Text),
    may(
        "reason",
        OneOf(&["duplicate", "fraudulent", "requested_by_customer"]),
    ),
    may("refund_application_fee", Bool),
];

pub(crate) const LIST: &[Param] = &[
    may("charge", Text),
    CREATED,
    may("limit", Positive),
    may("payment_intent", Text),
    may("starting_after", Text),
];

pub(crate) struct Refund {
    id: String,
    created: i64,
    amount: i64,
    currency: String,
    charge: String,
    payment_intent: String,
    balance_transaction: String,
    wish: Wish,
}

/// What is asked for beyond the charge itself.
#[derive(Default)]
pub(crate) struct Wish {
    /// All that is left, if not said.
    pub(crate) amount: Option<i64>,
    /// Give back the platform's share in proportion. Stripe keeps it otherwise.
    pub(crate) with_fee: bool,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
}

impl Resource for Refund {
    const NOUN: &'static str = "refund";
    const URL: &'static str = "/v1/refunds";
    const NULLS: &'static [&'static str] = &[
        "receipt_number",
        "source_transfer_reversal",
        "transfer_reversal",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.refunds
    }

    fn fits(&self, filter: &Args) -> bool {
        filter
            .text("charge")
            .is_none_or(|charge| charge == self.charge)
            && filter
                .text("payment_intent")
                .is_none_or(|intent| intent == self.payment_intent)
    }

    fn facts(&self) -> Value {
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "metadata": self.wish.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.wish.reason,
            "status": "succeeded",
        })
    }
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let charge = match (call.args.owned("charge"), call.args.owned("payment_intent")) {
        (Some(charge), None) => charge,
        (None, Some(intent)) => {
            let intent = call.world.find::<PaymentIntent>(&call.scope, &intent);
            intent
                .map_err(|error| error.param("payment_intent"))?
                .charge
                .clone()
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
    let wish = Wish {
        amount: call.args.integer("amount"),
        with_fee: call.args.bool("refund_application_fee").unwrap_or(false),
        reason: call.args.owned("reason"),
        metadata: call.args.fresh_metadata(),
    };
    call.world.refund(&call.scope, &charge, wish, &call.origin)
}

impl World {
    /// Gives money back and tells of it, whether by a call or from the seller's dashboard.
    pub(crate) fn refund(
        &mut self,
        scope: &Scope,
        charge: &str,
        wish: Wish,
        origin: &Origin,
    ) -> Answer {
        let charge = self
            .find::<Charge>(scope, charge)
            .map_err(|error| error.param("charge"))?;
        let amount = judge(charge, &wish)?;
        charge.amount_refunded += amount;
        let charged = charge.amount;
        let (id, fee) = (charge.id.clone(), charge.application_fee.clone());
        let (currency, payment_intent) = (charge.currency.clone(), charge.payment_intent.clone());
        let body = charge.body();
        if let Some(fee) = fee.filter(|_| wish.with_fee) {
            self.refund_fee(scope, &fee, amount, charged);
        }
        let refund = Refund {
            id: self.ids.object("re_"),
            created: self.now(),
            amount,
            currency,
            charge: id,
            payment_intent,
            balance_transaction: self.ids.object("txn_"),
            wish,
        };
        let answer = refund.body();
        self.books(scope).refunds.put(refund);
        self.emit(scope, "charge.refunded", &body, origin);
        Ok(answer)
    }

    fn refund_fee(&mut self, scope: &Scope, fee: &str, amount: i64, charged: i64) {
        let platform = self.platform_scope(scope.mode);
        let (id, created) = (self.ids.object("fr_"), self.now());
        if let Some(fee) = self.books(&platform).fees.get_mut(fee) {
            let amount = fee.share(amount, charged);
            fee.refunds.push(FeeRefund {
                id,
                amount,
                created,
            });
        }
    }
}

/// The amount to give back, in minor units.
fn judge(charge: &Charge, wish: &Wish) -> Result<i64, StripeError> {
    let (id, left) = (&charge.id, charge.refundable());
    if charge.progress != Progress::Succeeded {
        return Err(
            StripeError::invalid(format!("Charge {id} has not been paid.")).param("charge"),
        );
    }
    if left == 0 {
        let error = StripeError::invalid(format!("Charge {id} has already been refunded."));
        return Err(error.code("charge_already_refunded"));
    }
    if wish.with_fee && charge.application_fee.is_none() {
        let message = format!("Charge {id} does not have an application fee to refund.");
        return Err(StripeError::invalid(message).param("refund_application_fee"));
    }
    let amount = wish.amount.unwrap_or(left);
    if amount > left {
        let message = format!(
            "Refund amount ({amount} {currency}) is greater than unrefunded amount on charge ({left} {currency})",
            currency = charge.currency
        );
        return Err(StripeError::invalid(message).param("amount"));
    }
    Ok(amount)
}
