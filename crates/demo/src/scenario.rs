//! The sale: the steps of the operator, the seller, the buyer and Stripe, in their order.

use std::rc::Rc;

use crate::client::Client;
use crate::report::Report;
use crate::stack::Stack;
use crate::step_error::{StepError, StepResult};
use crate::steps::catalog::BOUGHT_KEY_TYPE;
use crate::steps::checkout::Payment;
use crate::steps::context::{Context, Seller};
use crate::steps::{
    catalog, checkout, connect, delivery, duplicate_events, refund, tenant, validate, webhook,
};
use crate::wait::Inbox;

/// A seller who is ready to sell.
struct Shop<'s> {
    seller: Seller<'s>,
    signing_secret: String,
    checkout_key: String,
}

/// A sale that is paid and delivered.
struct Sale {
    key: String,
    session: String,
    payment: Payment,
}

/// Runs every step and returns the license key that was sold.
///
/// # Errors
/// A step failed; the steps after it are not run.
pub(crate) async fn run_scenario(
    stack: &mut Stack,
    inbox: &mut Inbox,
    report: &Rc<Report>,
) -> StepResult<String> {
    let context = Context {
        client: Client::new(report),
        mintage: stack.server_url.clone(),
        stripe: stack.simulator.api_url().to_owned(),
        control_token: stack.simulator.control_token(),
    };
    let shop = open_shop(stack, &context, report).await?;
    let sale = sell(&shop, inbox, report).await?;
    validate_and_refund(&shop, &sale, inbox, report).await?;
    Ok(sale.key)
}

/// Creates the tenant and its catalog, and connects Stripe.
async fn open_shop<'s>(
    stack: &mut Stack,
    context: &'s Context,
    report: &Report,
) -> StepResult<Shop<'s>> {
    let ready = async {
        stack.server.wait_until_ready(&context.mintage).await?;
        let request = context.client.get(format!("{}/readyz", context.mintage));
        request.send().await?.expect(200)
    };
    report.step("The server starts and is ready", ready).await?;

    let created = async { tenant::create(context, &stack.server_command) };
    let token = report
        .step("The operator creates a tenant", created)
        .await?;
    let seller = Seller { context, token };

    let created = catalog::create(&seller);
    let title = "The seller creates a product and five key types";
    report.step(title, created).await?;

    let created = webhook::create(&seller, stack.receiver.url());
    let title = "The seller sets the webhook endpoint";
    let signing_secret = report.step(title, created).await?;

    let connected = connect::connect_first(&seller);
    let checkout_key = report.step("The seller connects Stripe", connected).await?;

    let created = connect::set_up_first_prices(&seller);
    let title = "Mintage creates the prices at Stripe";
    report.step(title, created).await?;
    Ok(Shop {
        seller,
        signing_secret,
        checkout_key,
    })
}

/// Opens five checkouts, pays one, and checks that its license key is delivered and the fee is taken.
async fn sell(shop: &Shop<'_>, inbox: &mut Inbox, report: &Report) -> StepResult<Sale> {
    let context = shop.seller.context;
    let opened = checkout::open_all(context, &shop.checkout_key);
    let title = "The seller's backend opens checkouts";
    let opened = report.step(title, opened).await?;
    let mut opened = opened.into_iter();
    let bought = opened
        .find(|opened| opened.key_type.id == BOUGHT_KEY_TYPE)
        .ok_or_else(|| StepError::new(format!("no checkout of {BOUGHT_KEY_TYPE} was opened")))?;

    let declined = checkout::pay_with_declined_card(&shop.seller, &bought);
    report
        .step("The buyer's card is declined", declined)
        .await?;

    let paid = checkout::pay(context, &bought);
    report
        .step("The buyer pays with another card", paid)
        .await?;

    let delivered = delivery::created(context, inbox, &shop.signing_secret, &bought.session);
    let title = "The receiver gets the license key";
    let key = report.step(title, delivered).await?;

    let payment = checkout::get_payment(context, &bought);
    let payment = report.step("Stripe has taken the fee", payment).await?;
    Ok(Sale {
        key,
        session: bought.session,
        payment,
    })
}

/// Validates the license, sends the payment event many times, and refunds the payment.
async fn validate_and_refund(
    shop: &Shop<'_>,
    sale: &Sale,
    inbox: &mut Inbox,
    report: &Report,
) -> StepResult<()> {
    let context = shop.seller.context;
    let created = validate::create_api_key(&shop.seller);
    let api_key = report
        .step("The seller creates an API key", created)
        .await?;

    let valid = validate::is_valid(context, &api_key, &sale.key);
    report.step("The license is valid", valid).await?;

    let ignored = duplicate_events::are_ignored(&shop.seller, inbox, &sale.payment);
    let title = "Stripe sends the payment event 20 more times at once";
    report.step(title, ignored).await?;

    let refunded = refund::in_full(context, &sale.payment);
    let title = "The seller refunds the payment";
    report.step(title, refunded).await?;

    let (secret, session) = (&shop.signing_secret, &sale.session);
    let delivered = delivery::refunded(context, inbox, secret, session, &sale.key);
    report
        .step("The receiver gets license.refunded", delivered)
        .await?;

    let revoked = validate::is_revoked(context, &api_key, &sale.key);
    report.step("The license is revoked", revoked).await
}
