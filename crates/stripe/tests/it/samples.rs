//! One of each thing that is sent to Stripe.

use std::collections::BTreeMap;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{OrderId, StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::catalog::sale::SessionOptions;
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::CheckoutLine;
use mintage_domain::ports::{
    CheckoutRequest, NewPrice, NewProduct, SoldKeyType, Stripe, StripeError, StripeIdempotencyKey,
};
use mintage_stripe::StripeClient;

/// What a connected account sells.
pub(crate) struct Stock {
    pub(crate) price: NewPrice,
    pub(crate) checkout: CheckoutRequest,
}

pub(crate) type Make =
    fn(&StripeClient, &AccountRef, &Stock, &StripeIdempotencyKey) -> Result<String, StripeError>;

/// Every call that makes something, by its path.
pub(crate) const MAKES: [(&str, Make); 3] = [
    ("/v1/products", |stripe, on, _, key| {
        let made = stripe.create_product(on, &product(), key);
        made.map(|id| id.to_string())
    }),
    ("/v1/prices", |stripe, on, stock, key| {
        let made = stripe.create_price(on, &stock.price, key);
        made.map(|id| id.to_string())
    }),
    ("/v1/checkout/sessions", |stripe, on, stock, key| {
        let opened = stripe.open_checkout(&on.clone().into(), &stock.checkout, key);
        opened.map(|session| session.id.to_string())
    }),
];

pub(crate) fn account(mode: Mode) -> AccountRef {
    AccountRef {
        mode,
        account: StripeAccountId::parse("acct_1").expect("an id"),
    }
}

pub(crate) fn key(text: &str) -> StripeIdempotencyKey {
    StripeIdempotencyKey::new(&[text])
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::parse("usd").expect("a currency")).expect("an amount")
}

pub(crate) fn sold() -> SoldKeyType {
    SoldKeyType {
        tenant: TenantId::parse("acme").expect("a slug"),
        product: ProductId::parse("glow").expect("a slug"),
        key_type: KeyTypeId::parse("pro").expect("a slug"),
    }
}

pub(crate) fn product() -> NewProduct {
    NewProduct {
        sold: sold(),
        name: "Glow & Co: 100% ä".to_owned(),
    }
}

pub(crate) fn price() -> NewPrice {
    NewPrice {
        sold: sold(),
        name: "Pro, for life".to_owned(),
        stripe_product: StripeProductId::parse("prod_1").expect("an id"),
        amount: usd(2_900),
        billing: None,
    }
}

pub(crate) fn checkout() -> CheckoutRequest {
    CheckoutRequest {
        order: OrderId::parse("ord_1").expect("an id"),
        tenant: TenantId::parse("acme").expect("a slug"),
        product: ProductId::parse("glow").expect("a slug"),
        key_type: KeyTypeId::parse("pro").expect("a slug"),
        lines: vec![one_of(StripePriceId::parse("price_1").expect("an id"))],
        options: SessionOptions::default(),
        fee: Some(usd(15)),
        subscription: None,
        buyer: Some(Email::parse("ada+1@shop.test").expect("an address")),
        snapshot: BTreeMap::from([
            ("mintage_order_0".to_owned(), "AAAA".to_owned()),
            ("mintage_order_sig".to_owned(), "1.k1.BBBB".to_owned()),
        ]),
        success_url: WebUrl::parse("https://shop.test/thanks?s={CHECKOUT_SESSION_ID}")
            .expect("a URL"),
        cancel_url: WebUrl::parse("https://shop.test/cancel").expect("a URL"),
    }
}

/// One at this price.
pub(crate) fn one_of(price: StripePriceId) -> CheckoutLine {
    CheckoutLine {
        price: price.into(),
        quantity: Quantity::ONE,
    }
}

pub(crate) fn stock() -> Stock {
    Stock {
        price: price(),
        checkout: checkout(),
    }
}

/// Puts the sample product and its price on sale.
pub(crate) fn put_on_sale(stripe: &StripeClient, on: &AccountRef) -> Stock {
    let product = stripe.create_product(on, &product(), &key("stock 1"));
    let price = NewPrice {
        stripe_product: product.expect("a product"),
        ..price()
    };
    let id = stripe.create_price(on, &price, &key("stock 2"));
    let checkout = CheckoutRequest {
        lines: vec![one_of(id.expect("a price"))],
        ..checkout()
    };
    Stock { price, checkout }
}
