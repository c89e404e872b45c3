//! What every [`Stripe`] must keep, as cases that
//! [`stripe_contract!`](crate::stripe_contract!) runs.

pub mod calls;
pub mod grants;

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{Stripe, StripeIdempotencyKey};

use crate::fixtures::Shop;

/// A Stripe that offers both modes, and what a seller does there beside the port.
pub trait StripeHarness {
    /// The adapter under test.
    fn stripe(&self) -> &dyn Stripe;
    /// A fresh code, as if a seller with a new account had clicked *Connect*. They are sent back
    /// to [`REDIRECT`].
    fn grant_code(&self, mode: Mode) -> Secret;
    /// As if the seller had removed the platform in their own dashboard.
    fn end_grant(&self, account: &AccountRef);
    /// As if Stripe had stopped the account from taking payments.
    fn disable_charges(&self, account: &AccountRef);
}

/// Where sellers are sent back to: the one address that a harness must have registered.
pub const REDIRECT: &str = "http://127.0.0.1:8080/stripe/callback";

/// Holds a Stripe adapter to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`StripeHarness`](crate::stripe_contract::StripeHarness) on a Stripe of
/// its own (a stand-in, a simulator). It is evaluated once for each case.
#[macro_export]
macro_rules! stripe_contract {
    ($open:expr) => {
        $crate::contract_tests! {
            harness: &harness, $open, stripe_contract:
            grants {
                the_authorize_url_holds_state_and_redirect
                a_code_grants_the_account_of_who_clicked
                a_code_works_once
                a_code_that_nobody_was_given_is_refused
                a_code_of_the_other_mode_is_refused
                ending_an_ended_grant_succeeds
                without_a_grant_the_account_is_gone
                a_sandbox_grant_is_no_live_grant
            }
            calls {
                an_account_says_whether_it_can_charge
                product_price_and_session_are_made
                the_same_key_makes_one_object
                another_key_makes_another_object
                a_key_is_no_key_on_another_account
                a_key_that_comes_with_other_words_is_refused
                an_object_of_another_account_is_not_found
                a_session_needs_no_fee_and_takes_one
                a_free_session_is_opened
                an_amount_below_the_minimum_is_refused
                an_account_that_cannot_charge_opens_no_session
            }
        }
    };
}

/// An account that was just connected.
#[track_caller]
fn connected(harness: &dyn StripeHarness, mode: Mode) -> AccountRef {
    let code = harness.grant_code(mode);
    let grant = harness.stripe().exchange(mode, &code);
    let account = grant.expect("a fresh code is good").account;
    AccountRef { mode, account }
}

fn key(name: &str) -> StripeIdempotencyKey {
    StripeIdempotencyKey::new(&["contract", name])
}

#[track_caller]
fn product(harness: &dyn StripeHarness, shop: &Shop, account: &AccountRef) -> StripeProductId {
    let stripe = harness.stripe();
    let product = stripe.create_product(account, &shop.new_product(), &key("product"));
    product.expect("the account is connected")
}

/// A price of this amount, with its product.
#[track_caller]
fn price(
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
