//! The parameters of a session or a payment link about its payments: `payment_intent_data` and
//! `subscription_data`.

use crate::base::error::StripeError;
use crate::model::payment_intent::PaymentIntentData;
use crate::model::subscription::SubscriptionData;
use crate::params::values::Params;
use crate::resources::cart::Cart;
use crate::resources::context::Context;

const MAX_TRIAL_DAYS: i64 = 730;

/// The properties of the payment intent, whose application fee is at most `total`.
pub(crate) fn payment_intent_data(
    context: &Context<'_>,
    total: i64,
) -> Result<PaymentIntentData, StripeError> {
    let data = context.params.hash("payment_intent_data");
    let fee = data.and_then(|data| data.integer("application_fee_amount"));
    let param = "payment_intent_data[application_fee_amount]";
    if fee.is_some() && context.application.is_none() {
        let message = "Can only apply an application_fee_amount when the PaymentIntent is \
            attempting a direct payment (using an OAuth key or Stripe-Account header) or \
            destination payment (using `transfer_data[destination]`).";
        return Err(StripeError::invalid(message).param(param));
    }
    if fee.is_some_and(|fee| fee > total) {
        let message = "The application fee cannot be greater than the total amount of the payment.";
        return Err(StripeError::invalid(message).param(param));
    }
    Ok(PaymentIntentData {
        application: context.application.clone(),
        application_fee_amount: fee,
        description: data.and_then(|data| data.owned_text("description")),
        metadata: data.map(Params::new_metadata).unwrap_or_default(),
    })
}

/// The properties of the subscription that the lines begin; `None` in `payment` mode.
pub(crate) fn subscription_data(
    context: &Context<'_>,
    cart: &Cart,
) -> Result<Option<SubscriptionData>, StripeError> {
    let params = &context.params;
    let data = params.hash("subscription_data");
    if !cart.is_recurring() {
        return match data {
            Some(_) => Err(only_in("subscription_data", "subscription")),
            None => Ok(None),
        };
    }
    if params.contains("payment_intent_data") {
        return Err(only_in("payment_intent_data", "payment"));
    }
    if cart.lines.len() > 1 {
        let feature = "subscriptions with several items";
        return Err(StripeError::not_simulated(feature).param("line_items"));
    }
    let percent = data.and_then(|data| data.text("application_fee_percent"));
    let trial_days = data.and_then(|data| data.integer("trial_period_days"));
    if trial_days.is_some_and(|days| days > MAX_TRIAL_DAYS) {
        let message = "The maximum number of trial period days is 730 (2 years).";
        let param = "subscription_data[trial_period_days]";
        return Err(StripeError::invalid(message).param(param));
    }
    Ok(Some(SubscriptionData {
        application: context.application.clone(),
        fee_points: percent.map(|it| fee_points(context, it)).transpose()?,
        trial_days,
        description: data.and_then(|data| data.owned_text("description")),
        metadata: data.map(Params::new_metadata).unwrap_or_default(),
    }))
}

fn only_in(param: &str, mode: &str) -> StripeError {
    let message = format!("You can only pass `{param}` in `{mode}` mode.");
    StripeError::invalid(message).param(param)
}

/// The platform's share in hundredths of a percent, from a percentage with at most two decimals.
fn fee_points(context: &Context<'_>, percent: &str) -> Result<i64, StripeError> {
    let param = "subscription_data[application_fee_percent]";
    if context.application.is_none() {
        let message = "Can only apply an application_fee_percent when the request is made on a \
            connected account.";
        return Err(StripeError::invalid(message).param(param));
    }
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let points = format!("{whole}{decimals:0<2}").parse().ok();
    points
        .filter(|points| digits(whole) && digits(decimals) && (0..=10_000).contains(points))
        .filter(|_| decimals.len() <= 2)
        .ok_or_else(|| StripeError::invalid(format!("Invalid decimal: {percent}")).param(param))
}
