//! Stripe, with a named point around each call.

use std::sync::Arc;

use mintage_domain::connection::AccountRef;
use mintage_domain::id::{StripePriceId, StripeProductId};
use mintage_domain::mode::Mode;
use mintage_domain::ports::{
    CheckoutRequest, CheckoutSession, Grant, IdempotencyKey, NewPrice, NewProduct, Stripe,
    StripeAccount, StripeError,
};
use mintage_domain::secret::Secret;
use mintage_domain::web_url::WebUrl;

use super::pass::point;
use super::points::Point;

/// Passes a point before and after each call that changes something at Stripe: the points test the
/// commits on either side of the call.
pub(super) struct CrashingStripe<S>(pub(super) Arc<S>);

impl<S: Stripe> Stripe for CrashingStripe<S> {
    fn offers(&self, mode: Mode) -> bool {
        self.0.offers(mode)
    }

    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError> {
        self.0.authorize_url(mode, state, redirect)
    }

    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError> {
        point(Point::ConnectStateBurnt);
        let grant = self.0.exchange(mode, code);
        point(Point::ConnectExchanged);
        grant
    }

    fn deauthorize(&self, account: &AccountRef) -> Result<(), StripeError> {
        point(Point::RetireDecided);
        let done = self.0.deauthorize(account);
        point(Point::RetireDeauthorized);
        done
    }

    fn account(&self, account: &AccountRef) -> Result<StripeAccount, StripeError> {
        self.0.account(account)
    }

    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &IdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        let made = self.0.create_product(account, product, key);
        point(Point::PricesProductMade);
        made
    }

    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &IdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        let made = self.0.create_price(account, price, key);
        point(Point::PricesPriceMade);
        made
    }

    fn open_checkout(
        &self,
        account: &AccountRef,
        checkout: &CheckoutRequest,
        key: &IdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        point(Point::CheckoutIntended);
        let opened = self.0.open_checkout(account, checkout, key);
        point(Point::CheckoutOpened);
        opened
    }
}
