//! How requests are sent: with whose credentials, and to which of Stripe's two APIs.

use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{HttpResponse, StripeAccess, StripeError, StripeIdempotencyKey};
use serde::de::DeserializeOwned;
use stripe_client_core::RequestBuilder;

use crate::call::{self, Caller};
use crate::client::StripeClient;
use crate::config::ModeConfig;

impl StripeClient {
    pub(super) fn caller<'a>(
        &'a self,
        access: &'a StripeAccess,
        key: Option<&'a StripeIdempotencyKey>,
    ) -> Result<Caller<'a>, StripeError> {
        match access {
            StripeAccess::Connect(on) => self.connect_caller(on, key),
            StripeAccess::Key(seller) => Ok(Caller {
                key,
                ..Caller::own_account(&seller.key)
            }),
        }
    }

    /// Gets an object on a connected account; `None` if it does not exist.
    pub(crate) fn get_on<T: DeserializeOwned>(
        &self,
        on: &AccountRef,
        request: RequestBuilder,
    ) -> Result<Option<T>, StripeError> {
        let base = format!("{}/v1", self.config.api_url());
        let caller = self.connect_caller(on, None)?;
        let answer = call::send(&*self.http, &base, &caller, request)?;
        match call::read(&answer) {
            Ok(found) => Ok(Some(found)),
            Err(StripeError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request that no request crate builds with the credentials of `access`.
    pub(super) fn call_plain<T: DeserializeOwned>(
        &self,
        access: &StripeAccess,
        key: Option<&StripeIdempotencyKey>,
        request: RequestBuilder,
    ) -> Result<T, StripeError> {
        let caller = self.caller(access, key)?;
        let base = format!("{}/v1", self.config.api_url());
        call::read(&call::send(&*self.http, &base, &caller, request)?)
    }

    pub(super) fn connect_caller<'a>(
        &'a self,
        on: &'a AccountRef,
        key: Option<&'a StripeIdempotencyKey>,
    ) -> Result<Caller<'a>, StripeError> {
        Ok(Caller {
            secret_key: self.mode(on.mode)?.secret_key(),
            account: Some(&on.account),
            key,
        })
    }

    /// Sends a request to the OAuth API, which has neither accounts nor idempotency keys.
    pub(super) fn call_oauth(
        &self,
        config: &ModeConfig,
        request: RequestBuilder,
    ) -> Result<HttpResponse, StripeError> {
        call::send(
            &*self.http,
            self.config.connect_url(),
            &Caller::own_account(config.secret_key()),
            request,
        )
    }
}
