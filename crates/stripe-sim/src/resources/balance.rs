//! `/v1/balance` and `/v1/balance_transactions`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::objects::Stored;
use crate::engine::world::World;
use crate::model::application_fee::ApplicationFee;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::charge::Charge;
use crate::model::dispute::Dispute;
use crate::model::payout::Payout;
use crate::model::refund::Refund;
use crate::params::spec::Kind::{Currency, Positive, Text, TextList};
use crate::params::spec::{CREATED, Param, optional};
use crate::resources::context::Context;
use crate::resources::listing;

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("currency", Currency),
    optional("ending_before", Text),
    optional("expand", TextList),
    optional("limit", Positive),
    optional("source", Text),
    optional("starting_after", Text),
    optional("type", Text),
];

pub(crate) const RETRIEVE: &[Param] = &[optional("expand", TextList)];

/// `GET /v1/balance_transactions`.
pub(crate) fn list(context: &mut Context<'_>) -> ApiResult {
    let expands = expands(context, "data.source")?;
    settle_due(context.world, &context.scope);
    let mut page = listing::list::<BalanceTransaction>(context)?;
    if expands {
        let transactions = page["data"].as_array_mut();
        for transaction in transactions.into_iter().flatten() {
            expand_source(context.world, &context.scope, transaction);
        }
    }
    Ok(page)
}

/// `GET /v1/balance_transactions/{id}`.
pub(crate) fn retrieve(context: &mut Context<'_>) -> ApiResult {
    let expands = expands(context, "source")?;
    settle_due(context.world, &context.scope);
    let mut transaction = listing::retrieve::<BalanceTransaction>(context)?;
    if expands {
        expand_source(context.world, &context.scope, &mut transaction);
    }
    Ok(transaction)
}

/// `GET /v1/balance`: the sums of the balance transactions.
#[expect(clippy::unnecessary_wraps, reason = "the form of all handlers")]
pub(crate) fn balance(context: &mut Context<'_>) -> ApiResult {
    settle_due(context.world, &context.scope);
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let store = &context.world.store;
    for transaction in store.list::<BalanceTransaction>(&context.scope) {
        let (available, pending) = sums.entry(&transaction.currency).or_default();
        *(if transaction.pending {
            pending
        } else {
            available
        }) += transaction.net();
    }
    let funds = |part: fn(&(i64, i64)) -> i64| -> Vec<Value> {
        let entries = sums.iter().map(|(currency, both)| {
            let amount = part(both);
            json!({ "amount": amount, "currency": currency, "source_types": { "card": amount } })
        });
        entries.collect()
    };
    Ok(json!({
        "object": "balance",
        "available": funds(|both| both.0),
        "livemode": context.scope.mode.livemode(),
        "pending": funds(|both| both.1),
    }))
}

/// Whether the call expands `name`, the only field that can be expanded.
fn expands(context: &Context<'_>, name: &str) -> Result<bool, StripeError> {
    let wanted = context.params.text_list("expand").unwrap_or_default();
    match wanted.iter().find(|wanted| *wanted != name) {
        Some(unknown) => {
            let message = format!("This property cannot be expanded ({unknown}).");
            Err(StripeError::invalid(message).param("expand"))
        }
        None => Ok(!wanted.is_empty()),
    }
}

/// Replaces the id of a source by the object.
fn expand_source(world: &World, scope: &Scope, transaction: &mut Value) {
    let Some(id) = transaction["source"].as_str() else {
        return;
    };
    let prefix = id.split('_').next().unwrap_or_default();
    let object = match prefix {
        "ch" | "py" => object::<Charge>(world, scope, id),
        "re" => object::<Refund>(world, scope, id),
        "du" => object::<Dispute>(world, scope, id),
        "po" => object::<Payout>(world, scope, id),
        "fee" => object::<ApplicationFee>(world, scope, id),
        _ => None,
    };
    if let Some(object) = object {
        transaction["source"] = object;
    }
}

fn object<T: Stored>(world: &World, scope: &Scope, id: &str) -> Option<Value> {
    world.store.get::<T>(scope, id).ok().map(T::to_json)
}

/// Makes the money available whose time has come.
fn settle_due(world: &mut World, scope: &Scope) {
    let now = world.clock.now();
    world
        .store
        .update_all::<BalanceTransaction>(scope, |transaction| {
            transaction.pending = transaction.pending && transaction.available_on > now;
        });
}
