//! One of each thing that is sent to Stripe.

use std::sync::Arc;

use mintage_domain::connection::AccountRef;
use mintage_domain::email::Email;
use mintage_domain::id::{OrderId, StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::mode::Mode;
use mintage_domain::money::{Currency, Money};
use mintage_domain::ports::{CheckoutRequest, Http, IdempotencyKey, NewPrice, NewProduct};
use mintage_domain::secret::Secret;
use mintage_domain::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::web_url::WebUrl;
use mintage_stripe::{ModeConfig, StripeClient, StripeConfig};

/// A client that is set up in these modes.
pub(crate) fn client(http: Arc<dyn Http>, api: &str, connect: &str, modes: &[Mode]) -> StripeClient {
    let url = |text| WebUrl::parse(text).expect("a URL");
    let modes = modes.iter().map(|&mode| {
        let (client_id, secret_key) = match mode {
            Mode::Sandbox => ("ca_test", "sk_test_1"),
            Mode::Live => ("ca_live", "sk_live_1"),
        };
        ModeConfig::new(mode, client_id, Secret::new(secret_key), None).expect("sound")
    });
    let config = StripeConfig::new(&url(api), &url(connect), modes).expect("sound");
    StripeClient::new(http, config)
}

pub(crate) fn account(mode: Mode) -> AccountRef {
    AccountRef {
        mode,
        account: StripeAccountId::parse("acct_1").expect("an id"),
    }
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(&[text])
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::parse("usd").expect("a currency")).expect("an amount")
}

pub(crate) fn product() -> NewProduct {
    NewProduct {
        tenant: TenantId::parse("acme").expect("a slug"),
        product: ProductId::parse("glow").expect("a slug"),
        name: "Glow & Co: 100% ä".to_owned(),
    }
}

pub(crate) fn price() -> NewPrice {
    NewPrice {
        tenant: TenantId::parse("acme").expect("a slug"),
        product: ProductId::parse("glow").expect("a slug"),
        key_type: KeyTypeId::parse("pro").expect("a slug"),
        name: "Pro, for life".to_owned(),
        stripe_product: StripeProductId::parse("prod_1").expect("an id"),
        amount: usd(2_900),
    }
}

pub(crate) fn checkout() -> CheckoutRequest {
    CheckoutRequest {
        order: OrderId::parse("ord_1").expect("an id"),
        tenant: TenantId::parse("acme").expect("a slug"),
        product: ProductId::parse("glow").expect("a slug"),
        key_type: KeyTypeId::parse("pro").expect("a slug"),
        price: StripePriceId::parse("price_1").expect("an id"),
        fee: Some(usd(15)),
        buyer: Some(Email::parse("ada+1@shop.test").expect("an address")),
        success_url: WebUrl::parse("https://shop.test/thanks?s={CHECKOUT_SESSION_ID}")
            .expect("a URL"),
        cancel_url: WebUrl::parse("https://shop.test/cancel").expect("a URL"),
    }
}
