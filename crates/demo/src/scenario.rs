//! The steps, in the order in which an operator, a seller, a buyer and Stripe take them.

use std::rc::Rc;

use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::report::Report;
use crate::stage::Stage;
use crate::steps::catalog::BOUGHT;
use crate::steps::checkout::Payment;
use crate::steps::scene::{Scene, Seller};
use crate::steps::{
    again, catalog, checkout, connect, delivery, refund, tenant, validate, webhook,
};
use crate::waiting::Inbox;

/// What a seller has who is ready to sell.
struct Shop<'s> {
    seller: Seller<'s>,
    signing_secret: String,
    checkout_key: String,
}

/// What a sale leaves behind.
struct Sale {
    key: String,
    session: String,
    payment: Payment,
}

/// Takes every step and returns the license key that was sold.
///
/// # Errors
/// The first step that did not hold.
pub(crate) async fn walk(
    stage: &mut Stage,
    inbox: &mut Inbox,
    report: &Rc<Report>,
) -> Outcome<String> {
    let scene = Scene {
        client: Client::new(report),
        mintage: stage.server_url.clone(),
        stripe: stage.simulator.api_url().to_owned(),
    };
    let shop = open_shop(stage, &scene, report).await?;
    let sale = sell(&shop, inbox, report).await?;
    look_after(&shop, &sale, inbox, report).await?;
    Ok(sale.key)
}

/// From nothing to a seller who is connected and has prices.
async fn open_shop<'s>(stage: &mut Stage, scene: &'s Scene, report: &Report) -> Outcome<Shop<'s>> {
    let ready = async {
        stage.server.ready(&scene.mintage).await?;
        let ready = scene.client.get(format!("{}/readyz", scene.mintage));
        ready.send().await?.expect(200)
    };
    report.step("The server starts and is ready", ready).await?;

    let made = async { tenant::create(scene, &stage.surroundings) };
    let token = report.step("The operator makes a tenant", made).await?;
    let seller = Seller { scene, token };

    let made = catalog::create(&seller);
    let title = "The seller makes a product and five key types";
    report.step(title, made).await?;

    let set = webhook::set(&seller, stage.receiver.url());
    let title = "The seller sets the license webhook";
    let signing_secret = report.step(title, set).await?;

    let connected = connect::connect_first(&seller);
    let checkout_key = report.step("The seller connects Stripe", connected).await?;

    let made = connect::set_up_first_prices(&seller);
    let title = "Mintage makes the prices at Stripe";
    report.step(title, made).await?;
    Ok(Shop {
        seller,
        signing_secret,
        checkout_key,
    })
}

/// From five open checkouts to one that is paid, its key delivered and the fee taken.
async fn sell(shop: &Shop<'_>, inbox: &mut Inbox, report: &Report) -> Outcome<Sale> {
    let scene = shop.seller.scene;
    let opened = checkout::open_all(scene, &shop.checkout_key);
    let title = "The seller's backend opens checkouts";
    let opened = report.step(title, opened).await?;
    let mut opened = opened.into_iter();
    let bought = opened
        .find(|opened| opened.ware.key_type == BOUGHT)
        .ok_or_else(|| Failure::new(format!("no checkout of {BOUGHT} was opened")))?;

    let declined = checkout::be_declined(&shop.seller, &bought);
    report.step("A card is declined", declined).await?;

    let paid = checkout::pay(scene, &bought);
    report.step("Another card pays", paid).await?;

    let created = delivery::created(scene, inbox, &shop.signing_secret, &bought.session);
    let title = "The receiver gets the license key";
    let key = report.step(title, created).await?;

    let seen = checkout::look_up(scene, &bought);
    let payment = report.step("The fee was taken at Stripe", seen).await?;
    Ok(Sale {
        key,
        session: bought.session,
        payment,
    })
}

/// From the key's first use to its end.
async fn look_after(
    shop: &Shop<'_>,
    sale: &Sale,
    inbox: &mut Inbox,
    report: &Report,
) -> Outcome<()> {
    let scene = shop.seller.scene;
    let made = validate::make_api_key(&shop.seller);
    let api_key = report.step("The seller makes an API key", made).await?;

    let valid = validate::is_valid(scene, &api_key, &sale.key);
    report.step("The license is valid", valid).await?;

    let again = again::stays_one(&shop.seller, inbox, &sale.payment);
    let title = "Stripe tells of the payment 20 times at once";
    report.step(title, again).await?;

    let refunded = refund::in_full(scene, &sale.payment);
    let title = "The seller refunds the payment";
    report.step(title, refunded).await?;

    let (secret, session) = (&shop.signing_secret, &sale.session);
    let told = delivery::refunded(scene, inbox, secret, session, &sale.key);
    report.step("The receiver hears of it", told).await?;

    let revoked = validate::is_revoked(scene, &api_key, &sale.key);
    report.step("The license is revoked", revoked).await
}
