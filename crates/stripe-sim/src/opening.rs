//! `POST /v1/checkout/sessions`: what a session may be opened with.

use crate::call::Call;
use crate::currency;
use crate::error::{Answer, StripeError};
use crate::params::Kind::{
    Bool, Email, Hash, Integer, List, Metadata as Meta, OneOf, Positive, Text, Texts, Url,
};
use crate::params::{Args, Param, may, need};
use crate::prices::Price;
use crate::sessions::{IntentData, Session, Status};
use crate::shelf::Resource;

pub(crate) const CREATE: &[Param] = &[
    may("allow_promotion_codes", Bool),
    may("allowed_payment_method_types", Texts),
    may("cancel_url", Url),
    may("client_reference_id", Text),
    may("customer_creation", OneOf(&["always", "if_required"])),
    may("customer_email", Email),
    may("expires_at", Integer),
    need(
        "line_items",
        List(&[need("price", Text), may("quantity", Positive)]),
    ),
    may("locale", Text),
    may("metadata", Meta),
    need("mode", OneOf(&["payment", "setup", "subscription"])),
    may(
        "payment_intent_data",
        Hash(&[
            may("application_fee_amount", Positive),
            may("description", Text),
            may("metadata", Meta),
        ]),
    ),
    may(
        "submit_type",
        OneOf(&["auto", "book", "donate", "pay", "subscribe"]),
    ),
    need("success_url", Url),
];

/// The sum of a session's line items.
struct Order {
    total: i64,
    currency: String,
    basket: Vec<(i64, String)>,
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    if let Some(mode @ ("setup" | "subscription")) = call.args.text("mode") {
        return Err(StripeError::unmodelled(&format!("mode={mode}")).param("mode"));
    }
    let reference = call.args.text("client_reference_id").unwrap_or_default();
    if reference.chars().count() > 200 {
        let message = "Invalid string: client_reference_id must be at most 200 characters";
        return Err(StripeError::invalid(message).param("client_reference_id"));
    }
    let now = call.world.now();
    let expires_at = expiry(&call.args, now)?;
    may_charge(call)?;
    let order = order(call)?;
    currency::chargeable(order.total, &order.currency)?;
    let intent_data = intent_data(call, order.total)?;
    let digits = call.world.ids.draw("a1", 56);
    let id = format!("cs_{}_{digits}", call.mode().word());
    let args = &call.args;
    let session = Session {
        livemode: call.scope.mode.livemode(),
        created: now,
        expires_at,
        url: format!("{}/c/pay/{id}", call.world.base),
        id,
        success_url: args.owned("success_url").unwrap_or_default(),
        cancel_url: args.owned("cancel_url"),
        status: Status::Open,
        payment_status: "unpaid",
        amount_total: order.total,
        currency: order.currency,
        basket: order.basket,
        intent_data,
        payment_intent: None,
        customer_email: args.owned("customer_email"),
        payer_email: None,
        challenge: None,
        metadata: args.fresh_metadata(),
        client_reference_id: args.owned("client_reference_id"),
        allow_promotion_codes: args.bool("allow_promotion_codes"),
        customer_creation: args
            .owned("customer_creation")
            .unwrap_or_else(|| "if_required".into()),
        locale: args.owned("locale"),
        allowed_payment_method_types: args
            .texts("allowed_payment_method_types")
            .map(<[_]>::to_vec),
        submit_type: args.owned("submit_type"),
    };
    let body = session.body();
    call.world.books(&call.scope).sessions.put(session);
    Ok(body)
}

/// Between half an hour and a day from now; a day if not said.
fn expiry(args: &Args, now: i64) -> Result<i64, StripeError> {
    let at = args
        .integer("expires_at")
        .unwrap_or(now.saturating_add(24 * 3600));
    let life = at.saturating_sub(now);
    if (30 * 60..=24 * 3600).contains(&life) {
        return Ok(at);
    }
    let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from \
                   Checkout Session creation.";
    Err(StripeError::invalid(message).param("expires_at"))
}

fn may_charge(call: &Call<'_>) -> Result<(), StripeError> {
    let account = call.world.accounts.get(&call.scope.account);
    if account.is_some_and(|account| account.charges_enabled) {
        return Ok(());
    }
    let mode = call.mode().word();
    Err(StripeError::invalid(format!(
        "Your account cannot currently make {mode} charges. If you are the site owner, please \
         activate your account at https://dashboard.stripe.com/account/onboarding to remove this \
         limitation."
    )))
}

fn order(call: &mut Call<'_>) -> Result<Order, StripeError> {
    let mut order: Option<Order> = None;
    let items = call.args.list("line_items").unwrap_or_default();
    for (at, item) in items.iter().enumerate() {
        let param = |name| format!("line_items[{at}][{name}]");
        let id = item.text("price").unwrap_or_default();
        let price = call.world.find::<Price>(&call.scope, id);
        let price = price.map_err(|error| error.param(param("price")))?;
        let refuse = |message: &str| Err(StripeError::invalid(message).param(param("price")));
        if price.is_recurring() {
            return refuse(
                "You specified `payment` mode but passed a recurring price. Either switch to \
                 `subscription` mode or use only one-time prices.",
            );
        }
        if !price.active {
            return refuse(
                "The price specified is inactive. This field only accepts active prices.",
            );
        }
        let Some(quantity) = item.integer("quantity") else {
            let name = param("quantity");
            let error = StripeError::invalid(format!("Missing required param: {name}."));
            return Err(error.code("parameter_missing").param(name));
        };
        let (currency, product) = (price.currency.clone(), price.product.clone());
        let amount = price.unit_amount.saturating_mul(quantity);
        let product = call.world.books(&call.scope).products.get(&product);
        let name = product.map_or_else(String::new, |product| product.name.clone());
        let sum = order.get_or_insert_with(|| Order {
            total: 0,
            currency: currency.clone(),
            basket: Vec::new(),
        });
        if sum.currency != currency {
            return refuse("All prices on a Checkout Session must be in the same currency.");
        }
        sum.total = sum.total.saturating_add(amount);
        sum.basket.push((quantity, name));
    }
    order.ok_or_else(|| {
        let error = StripeError::invalid("Missing required param: line_items.");
        error.code("parameter_missing").param("line_items")
    })
}

fn intent_data(call: &Call<'_>, total: i64) -> Result<IntentData, StripeError> {
    let data = call.args.hash("payment_intent_data");
    let fee = data.and_then(|data| data.integer("application_fee_amount"));
    let param = "payment_intent_data[application_fee_amount]";
    if fee.is_some() && call.application.is_none() {
        let message = "Can only apply an application_fee_amount when the PaymentIntent is \
            attempting a direct payment (using an OAuth key or Stripe-Account header) or \
            destination payment (using `transfer_data[destination]`).";
        return Err(StripeError::invalid(message).param(param));
    }
    if fee.is_some_and(|fee| fee > total) {
        let message = "The application fee cannot be greater than the total amount of the payment.";
        return Err(StripeError::invalid(message).param(param));
    }
    Ok(IntentData {
        application: call.application.clone(),
        application_fee: fee,
        description: data.and_then(|data| data.owned("description")),
        metadata: data.map(Args::fresh_metadata).unwrap_or_default(),
    })
}
