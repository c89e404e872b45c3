//! The [`Stripe`] port: each method sends the request of one resource and reads its answer.

mod calls;

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
    HistoryQuery, Http, HttpResponse, NewCoupon, NewPrice, NewProduct, NewPromotionCode, SellerKey,
    Stripe, StripeAccess, StripeAccount, StripeError, StripeIdempotencyKey, StripePage,
    StripePrice, StripeProduct, TransactionPage,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use stripe_client_core::{RequestBuilder, StripeRequest};

use crate::call::{self, Caller};
use crate::config::{ModeConfig, StripeConfig};
use crate::{
    account, balance, checkout, dispute, event, history, oauth, price, product, promotion,
    subscription,
};

/// A client of Stripe's API with the platform's credentials.
#[derive(Clone)]
pub struct StripeClient {
    http: Arc<dyn Http>,
    config: StripeConfig,
}

impl StripeClient {
    /// A client that sends requests by `http`. Creating a client sends nothing.
    pub fn new(http: Arc<dyn Http>, config: StripeConfig) -> Self {
        Self { http, config }
    }

    pub(crate) fn http(&self) -> &dyn Http {
        &*self.http
    }

    pub(crate) fn config(&self) -> &StripeConfig {
        &self.config
    }

    pub(crate) fn mode(&self, mode: Mode) -> Result<&ModeConfig, StripeError> {
        self.config
            .mode(mode)
            .ok_or(StripeError::NotConfigured(mode))
    }

    /// Sends a request to the API, below `/v1`.
    fn call<T: DeserializeOwned>(
        &self,
        caller: &Caller<'_>,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        let base = format!("{}/v1", self.config.api_url());
        call::read(&call::send(&*self.http, &base, caller, request.build())?)
    }

    /// Sends a request to the API as the platform, below `/v1`. Every answer is returned.
    pub(crate) fn ask(
        &self,
        config: &ModeConfig,
        request: RequestBuilder,
    ) -> Result<HttpResponse, StripeError> {
        let base = format!("{}/v1", self.config.api_url());
        let caller = Caller::own_account(config.secret_key());
        call::send(&*self.http, &base, &caller, request)
    }

    /// Sends a POST with an idempotency key, on a connected account and in its mode.
    fn create<T: DeserializeOwned>(
        &self,
        on: &AccountRef,
        key: &StripeIdempotencyKey,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        self.call_on(on, Some(key), request)
    }

    /// Sends a request on a connected account and in its mode.
    fn call_on<T: DeserializeOwned>(
        &self,
        on: &AccountRef,
        key: Option<&StripeIdempotencyKey>,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        self.call(&self.connect_caller(on, key)?, request)
    }

    /// Sends a request with the credentials of `access`.
    fn call_with<T: DeserializeOwned>(
        &self,
        access: &StripeAccess,
        key: Option<&StripeIdempotencyKey>,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        self.call(&self.caller(access, key)?, request)
    }
}

impl Stripe for StripeClient {
    fn offers(&self, mode: Mode) -> bool {
        self.config.mode(mode).is_some()
    }

    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError> {
        let request = oauth::authorize(self.mode(mode)?.client_id(), state, redirect);
        Ok(call::address(self.config.connect_url(), &request))
    }

    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError> {
        oauth::read_grant(&self.call_oauth(self.mode(mode)?, oauth::exchange(code))?)
    }

    fn deauthorize(&self, on: &AccountRef) -> Result<(), StripeError> {
        let config = self.mode(on.mode)?;
        let request = oauth::deauthorize(config.client_id(), &on.account);
        match oauth::read_deauthorization(&self.call_oauth(config, request)?)? {
            oauth::Deauthorization::Done => Ok(()),
            // Stripe has one code for "not connected" and "not your client id". If the second were
            // taken for the first, a grant that is still valid would be taken for revoked.
            oauth::Deauthorization::Unknown(refusal) => match self.account(on) {
                Err(StripeError::AccountGone | StripeError::NotFound(_)) => Ok(()),
                Err(other) => Err(other),
                Ok(_) => Err(refusal),
            },
        }
    }

    fn account(&self, on: &AccountRef) -> Result<StripeAccount, StripeError> {
        let caller = Caller::own_account(self.mode(on.mode)?.secret_key());
        let account: account::Account = self.call(&caller, &account::retrieve(&on.account))?;
        Ok(account.into())
    }

    fn onboarding_link(
        &self,
        on: &AccountRef,
        refresh_url: &WebUrl,
        return_url: &WebUrl,
    ) -> Result<String, StripeError> {
        // The platform makes the link, with its own key and on its own account.
        let caller = Caller::own_account(self.mode(on.mode)?.secret_key());
        let request = account::onboard(&on.account, refresh_url, return_url);
        let link: account::AccountLink = self.call(&caller, &request)?;
        Ok(link.url)
    }

    fn product(
        &self,
        on: &AccountRef,
        id: &StripeProductId,
    ) -> Result<Option<StripeProduct>, StripeError> {
        match self.call_on::<product::Product>(on, None, &product::retrieve(id)) {
            Ok(found) => Ok(found.alive()),
            Err(StripeError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn prices(
        &self,
        on: &AccountRef,
        product: &StripeProductId,
    ) -> Result<Vec<StripePrice>, StripeError> {
        match self.call_on::<price::Prices>(on, None, &price::list(product)) {
            Ok(prices) => Ok(prices.known()),
            Err(StripeError::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn repair_product(
        &self,
        on: &AccountRef,
        id: &StripeProductId,
        name: &str,
    ) -> Result<(), StripeError> {
        let request = product::repair(id, name);
        self.call_on::<product::Created>(on, None, &request)
            .map(drop)
    }

    fn set_price_active(
        &self,
        on: &AccountRef,
        id: &StripePriceId,
        active: bool,
    ) -> Result<(), StripeError> {
        let request = price::set_active(id, active);
        self.call_on::<price::Created>(on, None, &request).map(drop)
    }

    fn create_product(
        &self,
        on: &AccountRef,
        new: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        let created: product::Created = self.create(on, key, &product::create(new))?;
        Ok(created.id)
    }

    fn create_price(
        &self,
        on: &AccountRef,
        new: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        let created: price::Created = self.create(on, key, &price::create(new))?;
        Ok(created.id)
    }

    fn prove_checkout(&self, key: &SellerKey) -> Result<(), StripeError> {
        let request = checkout::expire_nothing(key.mode);
        let caller = Caller::own_account(&key.key);
        match self.call::<IgnoredAny>(&caller, &request) {
            // The key may write sessions, and the one that is named does not exist.
            Ok(_) | Err(StripeError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        let request = checkout::create(checkout);
        let opened: checkout::Session = self.call_with(access, Some(key), &request)?;
        Ok(opened.into())
    }

    fn session_lines(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<Option<Vec<ClaimedLine>>, StripeError> {
        match self.call_with::<Value>(access, None, &checkout::lines(session)) {
            Ok(items) => Ok(Some(event::lines(&items))),
            Err(StripeError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn balance_transactions(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError> {
        let request = balance::list_transactions(access, since);
        self.call_plain::<balance::List<balance::Transaction>>(access, None, request)?
            .transactions()
    }

    fn charges(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError> {
        let request = balance::list_charges(since);
        let list: balance::List<balance::Charge> = self.call_plain(access, None, request)?;
        Ok(list.charges())
    }

    fn create_coupon(
        &self,
        access: &StripeAccess,
        coupon: &NewCoupon,
        key: &StripeIdempotencyKey,
    ) -> Result<(), StripeError> {
        let request = promotion::create_coupon(coupon);
        self.call_plain::<promotion::Created>(access, Some(key), request)
            .map(drop)
    }

    fn delete_coupon(&self, access: &StripeAccess, id: &str) -> Result<(), StripeError> {
        let request = promotion::delete_coupon(id);
        match self.call_plain::<promotion::Created>(access, None, request) {
            Ok(_) | Err(StripeError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn create_promotion_code(
        &self,
        access: &StripeAccess,
        code: &NewPromotionCode,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeObjectId, StripeError> {
        let request = promotion::create_code(code);
        let created: promotion::Created = self.call_plain(access, Some(key), request)?;
        Ok(created.id)
    }

    fn set_promotion_code_active(
        &self,
        access: &StripeAccess,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError> {
        let request = promotion::set_code_active(id, active);
        self.call_plain::<promotion::Created>(access, None, request)
            .map(drop)
    }

    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError> {
        let list: history::List = self.call_plain(access, None, history::list(query))?;
        Ok(list.into_page(access, query))
    }

    fn subscription(
        &self,
        on: &AccountRef,
        id: &SubscriptionId,
    ) -> Result<Option<StripeSubscription>, StripeError> {
        let found = self.get_on::<subscription::Subscription>(on, subscription::retrieve(id))?;
        Ok(found.map(StripeSubscription::from))
    }

    fn invoice(
        &self,
        on: &AccountRef,
        id: &InvoiceId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        let request = subscription::retrieve_invoice(id);
        let found = self.get_on::<subscription::Invoice>(on, request)?;
        Ok(found.map(|invoice| invoice.facts(false)))
    }

    fn invoice_of_payment(
        &self,
        on: &AccountRef,
        payment: &PaymentIntentId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        let request = subscription::find_payment(payment);
        let found = self.get_on::<subscription::InvoicePayments>(on, request)?;
        match found.and_then(subscription::InvoicePayments::invoice) {
            Some(invoice) => self.invoice(on, &invoice),
            None => Ok(None),
        }
    }

    fn dispute(&self, access: &StripeAccess, id: &DisputeId) -> Result<DisputeFacts, StripeError> {
        let found: dispute::Dispute = self.call_with(access, None, &dispute::Retrieve(id))?;
        Ok(found.into())
    }

    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError> {
        match self.call_with::<checkout::Ended>(access, None, &checkout::expire(session)) {
            Ok(_) | Err(StripeError::NotFound(_)) => Ok(CheckoutEnd::Expired),
            // Stripe refuses to expire a session that is not open, and has no code for that.
            Err(StripeError::Refused(refusal)) => {
                let read: checkout::Ended =
                    self.call_with(access, None, &checkout::retrieve(session))?;
                read.end().ok_or(StripeError::Refused(refusal))
            }
            Err(error) => Err(error),
        }
    }
}
