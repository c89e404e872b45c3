//! A decorator of the Stripe port: each call passes the circuit of its mode.

use std::sync::Arc;
use std::time::Instant;

use mintage_domain::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, SessionId, StripeAccountId, StripePriceId,
    StripeProductId, SubscriptionId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use mintage_domain::ports::{
    CheckoutEnd, CheckoutRequest, CheckoutSession, Grant, HistoryPage, HistoryQuery, NewPrice,
    NewProduct, SellerKey, Stripe, StripeAccess, StripeAccount, StripeError, StripeIdempotencyKey,
    StripePrice, StripeProduct,
};

use crate::metrics::Metrics;
use crate::state::StripeCircuits;

/// A Stripe whose calls pass the circuit of their mode.
pub struct GuardedStripe {
    stripe: Arc<dyn Stripe>,
    circuits: Arc<StripeCircuits>,
    metrics: Arc<Metrics>,
}

impl GuardedStripe {
    /// Guards a Stripe by these circuits, and counts the calls.
    pub fn new(
        stripe: Arc<dyn Stripe>,
        circuits: Arc<StripeCircuits>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            stripe,
            circuits,
            metrics,
        }
    }

    fn call<T>(
        &self,
        name: &'static str,
        on: &AccountRef,
        call: impl FnOnce() -> Result<T, StripeError>,
    ) -> Result<T, StripeError> {
        self.count(name, on.mode, Some(&on.account), call)
    }

    fn count<T>(
        &self,
        name: &'static str,
        mode: Mode,
        account: Option<&StripeAccountId>,
        call: impl FnOnce() -> Result<T, StripeError>,
    ) -> Result<T, StripeError> {
        let mut took = None;
        let result = self.circuits.call(mode, account, || {
            let started = Instant::now();
            let result = call();
            took = Some(started.elapsed());
            result
        });
        self.metrics.called_stripe(mode, name, &result, took);
        result
    }
}

impl Stripe for GuardedStripe {
    fn offers(&self, mode: Mode) -> bool {
        self.stripe.offers(mode)
    }

    /// Builds a URL without calling Stripe.
    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError> {
        self.stripe.authorize_url(mode, state, redirect)
    }

    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError> {
        let call = || self.stripe.exchange(mode, code);
        self.count("exchange", mode, None, call)
    }

    fn deauthorize(&self, account: &AccountRef) -> Result<(), StripeError> {
        self.call("deauthorize", account, || self.stripe.deauthorize(account))
    }

    fn account(&self, account: &AccountRef) -> Result<StripeAccount, StripeError> {
        self.call("account", account, || self.stripe.account(account))
    }

    fn onboarding_link(
        &self,
        account: &AccountRef,
        refresh_url: &WebUrl,
        return_url: &WebUrl,
    ) -> Result<String, StripeError> {
        self.call("onboarding_link", account, || {
            self.stripe
                .onboarding_link(account, refresh_url, return_url)
        })
    }

    fn product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
    ) -> Result<Option<StripeProduct>, StripeError> {
        self.call("product", account, || self.stripe.product(account, id))
    }

    fn prices(
        &self,
        account: &AccountRef,
        product: &StripeProductId,
    ) -> Result<Vec<StripePrice>, StripeError> {
        self.call("prices", account, || self.stripe.prices(account, product))
    }

    fn repair_product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
        name: &str,
    ) -> Result<(), StripeError> {
        self.call("repair_product", account, || {
            self.stripe.repair_product(account, id, name)
        })
    }

    fn set_price_active(
        &self,
        account: &AccountRef,
        id: &StripePriceId,
        active: bool,
    ) -> Result<(), StripeError> {
        self.call("set_price_active", account, || {
            self.stripe.set_price_active(account, id, active)
        })
    }

    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        self.call("create_product", account, || {
            self.stripe.create_product(account, product, key)
        })
    }

    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        self.call("create_price", account, || {
            self.stripe.create_price(account, price, key)
        })
    }

    fn prove_checkout(&self, key: &SellerKey) -> Result<(), StripeError> {
        let call = || self.stripe.prove_checkout(key);
        self.count("prove_checkout", key.mode, key.account.as_ref(), call)
    }

    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        let call = || self.stripe.open_checkout(access, checkout, key);
        self.count("open_checkout", access.mode(), access.account(), call)
    }

    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError> {
        let call = || self.stripe.history(access, query);
        self.count("history", access.mode(), access.account(), call)
    }

    fn subscription(
        &self,
        account: &AccountRef,
        id: &SubscriptionId,
    ) -> Result<Option<StripeSubscription>, StripeError> {
        let call = || self.stripe.subscription(account, id);
        self.call("subscription", account, call)
    }

    fn invoice(
        &self,
        account: &AccountRef,
        id: &InvoiceId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        self.call("invoice", account, || self.stripe.invoice(account, id))
    }

    fn invoice_of_payment(
        &self,
        account: &AccountRef,
        payment: &PaymentIntentId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        let call = || self.stripe.invoice_of_payment(account, payment);
        self.call("invoice_of_payment", account, call)
    }

    fn dispute(&self, access: &StripeAccess, id: &DisputeId) -> Result<DisputeFacts, StripeError> {
        let call = || self.stripe.dispute(access, id);
        self.count("dispute", access.mode(), access.account(), call)
    }

    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError> {
        let call = || self.stripe.expire_checkout(access, session);
        self.count("expire_checkout", access.mode(), access.account(), call)
    }
}
