//! The [`Stripe`] port: each call names a resource's request and reads its answer.

use std::sync::Arc;

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{
    CheckoutRequest, CheckoutSession, Grant, Http, HttpResponse, NewPrice, NewProduct, Stripe,
    StripeAccount, StripeError, StripeIdempotencyKey,
};
use serde::de::DeserializeOwned;
use stripe_client_core::{RequestBuilder, StripeRequest};

use crate::call::{self, Caller};
use crate::config::{ModeConfig, StripeConfig};
use crate::{account, checkout, oauth, price, product};

/// Stripe, spoken to as the platform.
#[derive(Clone)]
pub struct StripeClient {
    http: Arc<dyn Http>,
    config: StripeConfig,
}

impl StripeClient {
    /// A client that sends by `http`. Nothing is sent until a call is made.
    pub fn new(http: Arc<dyn Http>, config: StripeConfig) -> Self {
        Self { http, config }
    }

    pub(crate) fn config(&self) -> &StripeConfig {
        &self.config
    }

    fn mode(&self, mode: Mode) -> Result<&ModeConfig, StripeError> {
        self.config
            .mode(mode)
            .ok_or(StripeError::NotConfigured(mode))
    }

    /// A request to the API, below `/v1`.
    fn ask<T: DeserializeOwned>(
        &self,
        caller: &Caller<'_>,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        let base = format!("{}/v1", self.config.api_url());
        call::read(&call::send(&*self.http, &base, caller, request.build())?)
    }

    /// A POST that is made once per key, on a connected account and in its mode.
    fn create<T: DeserializeOwned>(
        &self,
        on: &AccountRef,
        key: &StripeIdempotencyKey,
        request: &impl StripeRequest,
    ) -> Result<T, StripeError> {
        let caller = Caller {
            secret_key: self.mode(on.mode)?.secret_key(),
            account: Some(&on.account),
            key: Some(key),
        };
        self.ask(&caller, request)
    }

    /// A request to OAuth, which knows neither accounts nor idempotency keys.
    fn ask_oauth(
        &self,
        config: &ModeConfig,
        request: RequestBuilder,
    ) -> Result<HttpResponse, StripeError> {
        call::send(
            &*self.http,
            self.config.connect_url(),
            &Caller::platform(config.secret_key()),
            request,
        )
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
        oauth::read_grant(&self.ask_oauth(self.mode(mode)?, oauth::exchange(code))?)
    }

    fn deauthorize(&self, on: &AccountRef) -> Result<(), StripeError> {
        let config = self.mode(on.mode)?;
        let request = oauth::deauthorize(config.client_id(), &on.account);
        match oauth::read_end(&self.ask_oauth(config, request)?)? {
            oauth::Ended::Now => Ok(()),
            // "Not connected" and "not your client id" come under one code. Were the second taken
            // for the first, the grant would be forgotten and live on.
            oauth::Ended::Unknown(refusal) => match self.account(on) {
                Err(StripeError::AccountGone | StripeError::NotFound) => Ok(()),
                Err(other) => Err(other),
                Ok(_) => Err(refusal),
            },
        }
    }

    fn account(&self, on: &AccountRef) -> Result<StripeAccount, StripeError> {
        let caller = Caller::platform(self.mode(on.mode)?.secret_key());
        let account: account::Account = self.ask(&caller, &account::retrieve(&on.account))?;
        Ok(account.into())
    }

    fn create_product(
        &self,
        on: &AccountRef,
        new: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        let made: product::Product = self.create(on, key, &product::create(new))?;
        Ok(made.id)
    }

    fn create_price(
        &self,
        on: &AccountRef,
        new: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        let made: price::Price = self.create(on, key, &price::create(new))?;
        Ok(made.id)
    }

    fn open_checkout(
        &self,
        on: &AccountRef,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        let opened: checkout::Session = self.create(on, key, &checkout::create(checkout))?;
        Ok(opened.into())
    }
}
