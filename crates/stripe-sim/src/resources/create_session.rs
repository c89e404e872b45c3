//! `POST /v1/checkout/sessions`.

use crate::base::currency;
use crate::base::error::{ApiResult, StripeError};
use crate::model::object::StripeObject;
use crate::model::payment_intent::PaymentIntentData;
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::session::{LineItem, NewSubscription, Session, SessionStatus};
use crate::model::session_options::{Amounts, SessionOptions, switch};
use crate::model::subscription::SubscriptionData;
use crate::params::spec::Kind::{
    Bool, Currency, Email, Enum, Hash, Integer, List, Metadata, NonNegative, Positive, Text,
    TextList, Url,
};
use crate::params::spec::{Param, optional, required};
use crate::params::values::Params;
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
    optional("allow_promotion_codes", Bool),
    optional("allowed_payment_method_types", TextList),
    switch("automatic_tax"),
    optional("cancel_url", Url),
    optional("client_reference_id", Text),
    optional("customer_creation", Enum(&["always", "if_required"])),
    optional("customer_email", Email),
    optional("expires_at", Integer),
    switch("invoice_creation"),
    required(
        "line_items",
        List(&[
            optional("price", Text),
            optional(
                "price_data",
                Hash(&[
                    required("currency", Currency),
                    required("product_data", Hash(&[required("name", Text)])),
                    required("unit_amount", NonNegative),
                ]),
            ),
            optional("quantity", Positive),
        ]),
    ),
    optional("locale", Text),
    switch("managed_payments"),
    optional("metadata", Metadata),
    required("mode", Enum(&["payment", "setup", "subscription"])),
    optional(
        "payment_intent_data",
        Hash(&[
            optional("application_fee_amount", Positive),
            optional("description", Text),
            optional("metadata", Metadata),
        ]),
    ),
    optional(
        "subscription_data",
        Hash(&[
            optional("application_fee_percent", Text),
            optional("description", Text),
            optional("metadata", Metadata),
            optional("trial_period_days", Positive),
        ]),
    ),
    optional(
        "submit_type",
        Enum(&["auto", "book", "donate", "pay", "subscribe"]),
    ),
    required("success_url", Url),
    switch("tax_id_collection"),
];

const MIN_LIFETIME: i64 = 30 * 60;
const MAX_LIFETIME: i64 = 24 * 3600;
const MAX_TRIAL_DAYS: i64 = 730;
const MAX_REFERENCE_LENGTH: usize = 200;

/// The line items of a session and their sum.
struct Cart {
    total: i64,
    currency: String,
    line_items: Vec<LineItem>,
}

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    if let Some(mode @ "setup") = context.params.text("mode") {
        return Err(StripeError::not_simulated(&format!("mode={mode}")).param("mode"));
    }
    check_reference(&context.params)?;
    let options = SessionOptions::read(&context.params)?;
    let created = context.world.clock.now();
    let expires_at = expires_at(&context.params, created)?;
    check_charges_enabled(context)?;
    let mut cart = cart(context)?;
    let begins = subscription(context, &cart)?;
    if begins
        .as_ref()
        .is_some_and(|it| it.data.trial_days.is_some())
    {
        cart.total = 0;
    }
    currency::check_total(cart.total, &cart.currency)?;
    let payment_intent_data = payment_intent_data(context, cart.total)?;
    let random = context.world.ids.generate("a1", 56);
    let id = format!("cs_{}_{random}", context.mode().as_str());
    let params = &context.params;
    let session = Session {
        livemode: context.mode().livemode(),
        created,
        expires_at,
        url: format!("{}/c/pay/{id}", context.world.base_url),
        id,
        success_url: params.owned_text("success_url").unwrap_or_default(),
        cancel_url: params.owned_text("cancel_url"),
        status: SessionStatus::Open,
        payment_status: "unpaid",
        amounts: Amounts::of(cart.total),
        discount: None,
        options,
        currency: cart.currency,
        line_items: cart.line_items,
        payment_intent_data,
        payment_intent: None,
        customer_email: params.owned_text("customer_email"),
        payer_email: None,
        card_to_authenticate: None,
        metadata: params.new_metadata(),
        client_reference_id: params.owned_text("client_reference_id"),
        allow_promotion_codes: params.bool("allow_promotion_codes"),
        customer_creation: params
            .owned_text("customer_creation")
            .unwrap_or_else(|| "if_required".into()),
        locale: params.owned_text("locale"),
        allowed_payment_method_types: params
            .text_list("allowed_payment_method_types")
            .map(<[_]>::to_vec),
        submit_type: params.owned_text("submit_type"),
        begins,
        subscription: None,
        invoice: None,
    };
    let json = session.to_json();
    context.world.store.insert(&context.scope, session);
    Ok(json)
}

fn check_reference(params: &Params) -> Result<(), StripeError> {
    let reference = params.text("client_reference_id").unwrap_or_default();
    if reference.chars().count() <= MAX_REFERENCE_LENGTH {
        return Ok(());
    }
    let message = format!(
        "Invalid string: client_reference_id must be at most {MAX_REFERENCE_LENGTH} characters"
    );
    Err(StripeError::invalid(message).param("client_reference_id"))
}

/// Between 30 minutes and 24 hours after `created`; 24 hours by default.
fn expires_at(params: &Params, created: i64) -> Result<i64, StripeError> {
    let expires_at = params
        .integer("expires_at")
        .unwrap_or(created.saturating_add(MAX_LIFETIME));
    let lifetime = expires_at.saturating_sub(created);
    if (MIN_LIFETIME..=MAX_LIFETIME).contains(&lifetime) {
        return Ok(expires_at);
    }
    let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from \
                   Checkout Session creation.";
    Err(StripeError::invalid(message).param("expires_at"))
}

fn check_charges_enabled(context: &Context<'_>) -> Result<(), StripeError> {
    let account = context.world.accounts.get(&context.scope.account);
    if account.is_some_and(|account| account.charges_enabled) {
        return Ok(());
    }
    let mode = context.mode().as_str();
    Err(StripeError::invalid(format!(
        "Your account cannot currently make {mode} charges. If you are the site owner, please \
         activate your account at https://dashboard.stripe.com/account/onboarding to remove this \
         limitation."
    )))
}

fn cart(context: &Context<'_>) -> Result<Cart, StripeError> {
    let mut cart: Option<Cart> = None;
    let items = context.params.list("line_items").unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let param = |name| format!("line_items[{index}][{name}]");
        let price = priced(context, item, index)?;
        let invalid = |message: &str| StripeError::invalid(message).param(param("price"));
        let quantity = item.integer("quantity");
        let quantity = quantity.ok_or_else(|| StripeError::missing_param(param("quantity")))?;
        let cart = cart.get_or_insert_with(|| Cart {
            total: 0,
            currency: price.currency.clone(),
            line_items: Vec::new(),
        });
        if cart.currency != price.currency {
            return Err(invalid(
                "All prices on a Checkout Session must be in the same currency.",
            ));
        }
        let amount = price.unit_amount.saturating_mul(quantity);
        cart.total = cart.total.saturating_add(amount);
        cart.line_items.push(LineItem {
            quantity,
            product_name: price.product_name,
        });
    }
    cart.ok_or_else(|| StripeError::missing_param("line_items"))
}

/// The price of a line.
struct Priced {
    currency: String,
    unit_amount: i64,
    product_name: String,
}

/// The price of a line: one that exists, or one of the line's own.
fn priced(context: &Context<'_>, item: &Params, index: usize) -> Result<Priced, StripeError> {
    let param = |name| format!("line_items[{index}][{name}]");
    let (store, scope) = (&context.world.store, &context.scope);
    let (price, data) = match (item.text("price"), item.hash("price_data")) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: price, price_data.";
            return Err(StripeError::invalid(message).param(param("price")));
        }
        (None, None) => return Err(StripeError::missing_param(param("price"))),
        given => given,
    };
    let invalid = |message: &str| StripeError::invalid(message).param(param("price"));
    let is_subscription = context.params.text("mode") == Some("subscription");
    if let Some(data) = data {
        if is_subscription {
            return Err(invalid(NOT_RECURRING));
        }
        let product = data.hash("product_data");
        return Ok(Priced {
            currency: data.owned_text("currency").unwrap_or_default(),
            unit_amount: data.integer("unit_amount").unwrap_or_default(),
            product_name: product
                .and_then(|product| product.owned_text("name"))
                .unwrap_or_default(),
        });
    }
    let price = store.get::<Price>(scope, price.unwrap_or_default());
    let price = price.map_err(|error| error.param(param("price")))?;
    check_price(price, is_subscription).map_err(invalid)?;
    let product = store.get::<Product>(scope, &price.product);
    Ok(Priced {
        currency: price.currency.clone(),
        unit_amount: price.unit_amount,
        product_name: product.map_or_else(|_| String::new(), |product| product.name.clone()),
    })
}

const NOT_RECURRING: &str = "You must provide at least one recurring price in `subscription` mode.";

/// Returns the error message if a session cannot have the price.
fn check_price(price: &Price, is_subscription: bool) -> Result<(), &'static str> {
    if is_subscription && !price.is_recurring() {
        return Err(NOT_RECURRING);
    }
    if !is_subscription && price.is_recurring() {
        return Err(
            "You specified `payment` mode but passed a recurring price. Either switch to \
             `subscription` mode or use only one-time prices.",
        );
    }
    if !price.active {
        return Err("The price specified is inactive. This field only accepts active prices.");
    }
    Ok(())
}

fn payment_intent_data(
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

/// The subscription that the session begins; `None` in another mode.
fn subscription(
    context: &Context<'_>,
    cart: &Cart,
) -> Result<Option<NewSubscription>, StripeError> {
    let params = &context.params;
    let data = params.hash("subscription_data");
    if params.text("mode") != Some("subscription") {
        return match data {
            Some(_) => Err(only_in("subscription_data", "subscription")),
            None => Ok(None),
        };
    }
    if params.contains("payment_intent_data") {
        return Err(only_in("payment_intent_data", "payment"));
    }
    let items = params.list("line_items").unwrap_or_default();
    let ([item], [line]) = (items, cart.line_items.as_slice()) else {
        return Err(
            StripeError::not_simulated("subscriptions with several items").param("line_items"),
        );
    };
    let percent = data.and_then(|data| data.text("application_fee_percent"));
    let trial_days = data.and_then(|data| data.integer("trial_period_days"));
    if trial_days.is_some_and(|days| days > MAX_TRIAL_DAYS) {
        let message = "The maximum number of trial period days is 730 (2 years).";
        let param = "subscription_data[trial_period_days]";
        return Err(StripeError::invalid(message).param(param));
    }
    Ok(Some(NewSubscription {
        price: item.owned_text("price").unwrap_or_default(),
        quantity: line.quantity,
        data: SubscriptionData {
            application: context.application.clone(),
            fee_points: percent.map(|it| fee_points(context, it)).transpose()?,
            trial_days,
            description: data.and_then(|data| data.owned_text("description")),
            metadata: data.map(Params::new_metadata).unwrap_or_default(),
        },
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
