//! A decorator of the Stripe port with named points around its calls.

use std::sync::Arc;

use mintage_domain::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, SessionId, StripePriceId, StripeProductId,
    SubscriptionId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::sales::claim::ClaimedLine;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use mintage_domain::ports::{
    BookedSince, ChargePayment, CheckoutEnd, CheckoutRequest, CheckoutSession, Grant, HistoryPage,
    HistoryQuery, NewCoupon, NewPrice, NewProduct, NewPromotionCode, SellerKey, Stripe,
    StripeAccess, StripeAccount, StripeError, StripeIdempotencyKey, StripePage, StripePrice,
    StripeProduct, TransactionPage,
};

use super::pass::point;
use super::points::Point;

/// Passes a point before or after each call that changes something at Stripe, to test the commits on
/// either side of the call.
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

    fn onboarding_link(
        &self,
        account: &AccountRef,
        refresh_url: &WebUrl,
        return_url: &WebUrl,
    ) -> Result<String, StripeError> {
        self.0.onboarding_link(account, refresh_url, return_url)
    }

    fn product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
    ) -> Result<Option<StripeProduct>, StripeError> {
        self.0.product(account, id)
    }

    fn prices(
        &self,
        account: &AccountRef,
        product: &StripeProductId,
    ) -> Result<Vec<StripePrice>, StripeError> {
        self.0.prices(account, product)
    }

    fn repair_product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
        name: &str,
    ) -> Result<(), StripeError> {
        self.0.repair_product(account, id, name)
    }

    fn set_price_active(
        &self,
        account: &AccountRef,
        id: &StripePriceId,
        active: bool,
    ) -> Result<(), StripeError> {
        self.0.set_price_active(account, id, active)
    }

    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        let created = self.0.create_product(account, product, key);
        point(Point::PricesProductMade);
        created
    }

    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        let created = self.0.create_price(account, price, key);
        point(Point::PricesPriceMade);
        created
    }

    fn prove_checkout(&self, key: &SellerKey) -> Result<(), StripeError> {
        self.0.prove_checkout(key)
    }

    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        point(Point::CheckoutIntended);
        let opened = self.0.open_checkout(access, checkout, key);
        point(Point::CheckoutOpened);
        opened
    }

    fn session_lines(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<Option<Vec<ClaimedLine>>, StripeError> {
        self.0.session_lines(access, session)
    }

    fn balance_transactions(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError> {
        self.0.balance_transactions(access, since)
    }

    fn charges(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError> {
        self.0.charges(access, since)
    }

    fn create_coupon(
        &self,
        access: &StripeAccess,
        coupon: &NewCoupon,
        key: &StripeIdempotencyKey,
    ) -> Result<(), StripeError> {
        self.0.create_coupon(access, coupon, key)
    }

    fn delete_coupon(&self, access: &StripeAccess, id: &str) -> Result<(), StripeError> {
        self.0.delete_coupon(access, id)
    }

    fn create_promotion_code(
        &self,
        access: &StripeAccess,
        code: &NewPromotionCode,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeObjectId, StripeError> {
        self.0.create_promotion_code(access, code, key)
    }

    fn set_promotion_code_active(
        &self,
        access: &StripeAccess,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError> {
        self.0.set_promotion_code_active(access, id, active)
    }

    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError> {
        self.0.history(access, query)
    }

    fn subscription(
        &self,
        account: &AccountRef,
        id: &SubscriptionId,
    ) -> Result<Option<StripeSubscription>, StripeError> {
        self.0.subscription(account, id)
    }

    fn invoice(
        &self,
        account: &AccountRef,
        id: &InvoiceId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        self.0.invoice(account, id)
    }

    fn invoice_of_payment(
        &self,
        account: &AccountRef,
        payment: &PaymentIntentId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        self.0.invoice_of_payment(account, payment)
    }

    fn dispute(&self, access: &StripeAccess, id: &DisputeId) -> Result<DisputeFacts, StripeError> {
        self.0.dispute(access, id)
    }

    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError> {
        self.0.expire_checkout(access, session)
    }
}
