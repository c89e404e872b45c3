//! Connected accounts with products and prices.

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{HistoryKind, HistoryQuery, StripeIdempotencyKey};

use crate::contracts::stripe::harness::StripeHarness;
use crate::fixtures::Shop;

/// Connects a new account.
#[track_caller]
pub(super) fn connected(harness: &dyn StripeHarness, mode: Mode) -> AccountRef {
    let code = harness.grant_code(mode);
    let grant = harness.stripe().exchange(mode, &code);
    let account = grant.expect("a fresh code is good").account;
    AccountRef { mode, account }
}

pub(super) fn key(name: &str) -> StripeIdempotencyKey {
    StripeIdempotencyKey::new(&["contract", name])
}

#[track_caller]
pub(super) fn product(
    harness: &dyn StripeHarness,
    shop: &Shop,
    account: &AccountRef,
) -> StripeProductId {
    let stripe = harness.stripe();
    let product = stripe.create_product(account, &shop.new_product(), &key("product"));
    product.expect("the account is connected")
}

/// Creates a price of this amount, with its product.
#[track_caller]
pub(super) fn price(
    harness: &dyn StripeHarness,
    shop: &Shop,
    account: &AccountRef,
    amount: Money,
) -> StripePriceId {
    let price = shop.new_price(&product(harness, shop, account), amount);
    let price = harness
        .stripe()
        .create_price(account, &price, &key("price"));
    price.expect("the product is there")
}

/// The first page of a list, of all times.
pub(super) fn first_page(kind: HistoryKind) -> HistoryQuery {
    HistoryQuery {
        kind,
        since: Timestamp::EPOCH,
        now: Timestamp::EPOCH,
        after: None,
    }
}
