//! A decorator of the Stripe port: each call passes the circuit of its mode.

use std::sync::Arc;
use std::time::Instant;

use mintage_domain::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, SessionId, StripeAccountId, StripePriceId,
    StripeProductId, SubscriptionId,
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

use crate::metrics::Metrics;
use crate::state::{StripeCircuits, SuspectKeys};

/// A Stripe whose calls pass the circuit of their mode.
pub struct GuardedStripe {
    stripe: Arc<dyn Stripe>,
    circuits: Arc<StripeCircuits>,
    suspects: Arc<SuspectKeys>,
    metrics: Arc<Metrics>,
}

impl GuardedStripe {
    /// Guards a Stripe by these circuits, notes the keys of sellers that it refuses, and counts the calls.
    pub fn new(
        stripe: Arc<dyn Stripe>,
        circuits: Arc<StripeCircuits>,
        suspects: Arc<SuspectKeys>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            stripe,
            circuits,
            suspects,
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

    /// Makes a call with the credentials of `access`. A restricted key that Stripe refuses is probed soon.
    fn call_with<T>(
        &self,
        name: &'static str,
        access: &StripeAccess,
        call: impl FnOnce() -> Result<T, StripeError>,
    ) -> Result<T, StripeError> {
        let result = self.count(name, access.mode(), access.account(), call);
        if let (Err(error), StripeAccess::Key(key)) = (&result, access)
            && error.is_of_key()
        {
            self.suspects.add_key(key);
        }
        result
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
        self.call_with("open_checkout", access, call)
    }

    fn session_lines(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<Option<Vec<ClaimedLine>>, StripeError> {
        let call = || self.stripe.session_lines(access, session);
        self.call_with("session_lines", access, call)
    }

    fn balance_transactions(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError> {
        let call = || self.stripe.balance_transactions(access, since);
        self.count(
            "balance_transactions",
            access.mode(),
            access.account(),
            call,
        )
    }

    fn charges(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError> {
        let call = || self.stripe.charges(access, since);
        self.count("charges", access.mode(), access.account(), call)
    }

    fn create_coupon(
        &self,
        access: &StripeAccess,
        coupon: &NewCoupon,
        key: &StripeIdempotencyKey,
    ) -> Result<(), StripeError> {
        let call = || self.stripe.create_coupon(access, coupon, key);
        self.count("create_coupon", access.mode(), access.account(), call)
    }

    fn delete_coupon(&self, access: &StripeAccess, id: &str) -> Result<(), StripeError> {
        let call = || self.stripe.delete_coupon(access, id);
        self.count("delete_coupon", access.mode(), access.account(), call)
    }

    fn create_promotion_code(
        &self,
        access: &StripeAccess,
        code: &NewPromotionCode,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeObjectId, StripeError> {
        let call = || self.stripe.create_promotion_code(access, code, key);
        self.count(
            "create_promotion_code",
            access.mode(),
            access.account(),
            call,
        )
    }

    fn set_promotion_code_active(
        &self,
        access: &StripeAccess,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError> {
        let call = || self.stripe.set_promotion_code_active(access, id, active);
        self.count(
            "set_promotion_code_active",
            access.mode(),
            access.account(),
            call,
        )
    }

    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError> {
        let call = || self.stripe.history(access, query);
        self.call_with("history", access, call)
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
        self.call_with("dispute", access, call)
    }

    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError> {
        let call = || self.stripe.expire_checkout(access, session);
        self.call_with("expire_checkout", access, call)
    }
}

#[cfg(test)]
mod tests {
    use mintage_domain::base::id::DisputeId;
    use mintage_domain::ports::{MockStripe, SellerKey, StripeRefusal};
    use mintage_testkit::FixedClock;

    use super::*;

    #[test]
    fn a_key_of_a_seller_that_stripe_refuses_is_to_be_probed_and_the_platforms_is_not() {
        let account = StripeAccountId::parse("acct_1").expect("an id");
        let on = AccountRef {
            mode: Mode::Live,
            account: account.clone(),
        };
        let key = StripeAccess::Key(SellerKey {
            mode: Mode::Live,
            account: Some(account),
            key: Secret::new("rk_live_1"),
        });
        let denied = StripeRefusal {
            lacks_permission: true,
            ..StripeRefusal::default()
        };
        for (error, is_suspect) in [
            (StripeError::Unauthorized, true),
            (StripeError::Refused(denied), true),
            (StripeError::Refused(StripeRefusal::default()), false),
            (StripeError::Busy { retry_after: None }, false),
            (StripeError::Unavailable("no route".to_owned()), false),
        ] {
            for access in [key.clone(), StripeAccess::Connect(on.clone())] {
                let mut stripe = MockStripe::new();
                stripe.expect_dispute().return_const(Err(error.clone()));
                let suspects = Arc::new(SuspectKeys::default());
                let guarded = GuardedStripe::new(
                    Arc::new(stripe),
                    Arc::new(StripeCircuits::new(Arc::new(FixedClock::default()))),
                    Arc::clone(&suspects),
                    Arc::new(Metrics::off()),
                );
                let id = DisputeId::parse("du_1").expect("an id");
                assert_eq!(guarded.dispute(&access, &id), Err(error.clone()));
                let is_key = matches!(access, StripeAccess::Key(_));
                let noted = suspects.take().contains(&on);
                assert_eq!(noted, is_suspect && is_key, "{error} {access:?}");
            }
        }
    }
}
