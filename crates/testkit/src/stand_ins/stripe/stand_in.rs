//! The port, over the state of the stand-in.

use std::sync::{Mutex, MutexGuard, PoisonError};

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

use crate::fixtures::account_facts;
use crate::stand_ins::stripe::query::percent_encoded;
use crate::stand_ins::stripe::refusals::not_found;
use crate::stand_ins::stripe::state::StripeState;

/// A Stripe in memory: accounts, grants, products, prices and sessions behind one lock. No money
/// moves, and no webhook is sent. The stand-in passes `stripe_contract!`.
#[derive(Debug)]
pub struct StandInStripe {
    modes: Vec<Mode>,
    state: Mutex<StripeState>,
}

impl StandInStripe {
    /// Creates a Stripe that is set up in both modes and has no accounts.
    pub fn new() -> Self {
        Self::offering(&Mode::ALL)
    }

    /// Creates a Stripe that is set up only in these modes.
    pub fn offering(modes: &[Mode]) -> Self {
        Self {
            modes: modes.to_vec(),
            state: Mutex::default(),
        }
    }

    /// Returns a code, as if a seller with a new account had clicked *Connect*.
    pub fn grant_code(&self, mode: Mode) -> Secret {
        let mut state = self.state();
        let account = state.open_account();
        state.grant_code(AccountRef { mode, account })
    }

    /// Returns a code, as if the owner of this account had clicked *Connect*.
    pub fn grant_code_for(&self, account: &AccountRef) -> Secret {
        self.state().grant_code(account.clone())
    }

    /// Ends a grant, as if the seller had removed the platform in their dashboard.
    pub fn end_grant(&self, account: &AccountRef) {
        self.state().grants.remove(account);
    }

    /// The checkouts that were opened on an account, oldest first.
    pub fn checkouts(&self, account: &AccountRef) -> Vec<(CheckoutSession, CheckoutRequest)> {
        let state = self.state();
        let on_account = state.sessions.iter().filter(|(on, _, _)| on == account);
        on_account
            .map(|(_, session, request)| (session.clone(), request.clone()))
            .collect()
    }

    /// The buyer completes a session.
    pub fn complete_checkout(&self, account: &AccountRef, session: &SessionId) {
        let mut state = self.state();
        state.end_checkout(account, session, CheckoutEnd::Completed);
    }

    /// Whether a session was expired.
    pub fn is_expired(&self, account: &AccountRef, session: &SessionId) -> bool {
        self.state().is_expired(account, session)
    }

    /// The account of a call, and the state. The stand-in has only accounts that are connected by OAuth.
    fn accessed<'a>(
        &self,
        access: &'a StripeAccess,
    ) -> Result<(&'a AccountRef, MutexGuard<'_, StripeState>), StripeError> {
        match access {
            StripeAccess::Connect(account) => Ok((account, self.on_account(account)?)),
            StripeAccess::Key(_) => Err(StripeError::Unauthorized),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, StripeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_mode(&self, mode: Mode) -> Result<MutexGuard<'_, StripeState>, StripeError> {
        if self.offers(mode) {
            Ok(self.state())
        } else {
            Err(StripeError::NotConfigured(mode))
        }
    }

    /// The state, if the account is connected in its mode.
    fn on_account(&self, account: &AccountRef) -> Result<MutexGuard<'_, StripeState>, StripeError> {
        let state = self.in_mode(account.mode)?;
        if state.grants.contains(account) {
            Ok(state)
        } else {
            Err(StripeError::AccountGone)
        }
    }

    /// The account that is called in this way.
    fn on_access(
        &self,
        access: &StripeAccess,
    ) -> Result<(MutexGuard<'_, StripeState>, AccountRef), StripeError> {
        match access {
            StripeAccess::Connect(account) => Ok((self.on_account(account)?, account.clone())),
            StripeAccess::Key(key) => {
                let state = self.state();
                let account = state.account_of_key(key)?;
                Ok((state, account))
            }
        }
    }
}

impl Default for StandInStripe {
    fn default() -> Self {
        Self::new()
    }
}

impl Stripe for StandInStripe {
    fn offers(&self, mode: Mode) -> bool {
        self.modes.contains(&mode)
    }

    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError> {
        drop(self.in_mode(mode)?);
        Ok(format!(
            "https://connect.stripe.test/oauth/authorize?response_type=code&client_id=ca_{}\
             &scope=read_write&state={}&redirect_uri={}",
            mode.key_infix(),
            percent_encoded(state.expose()),
            percent_encoded(redirect.as_str()),
        ))
    }

    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError> {
        self.in_mode(mode)?.exchange(mode, code)
    }

    fn deauthorize(&self, account: &AccountRef) -> Result<(), StripeError> {
        self.in_mode(account.mode)?.grants.remove(account);
        Ok(())
    }

    fn account(&self, account: &AccountRef) -> Result<StripeAccount, StripeError> {
        let state = self.on_account(account)?;
        let open = !state.without_charges.contains(&account.account);
        Ok(StripeAccount {
            charges_enabled: open,
            payouts_enabled: open,
            ..account_facts(&account.account)
        })
    }

    fn onboarding_link(
        &self,
        account: &AccountRef,
        refresh_url: &WebUrl,
        return_url: &WebUrl,
    ) -> Result<String, StripeError> {
        drop(self.on_account(account)?);
        Ok(format!(
            "https://connect.stripe.test/setup/{}?refresh_url={}&return_url={}",
            account.account,
            percent_encoded(refresh_url.as_str()),
            percent_encoded(return_url.as_str()),
        ))
    }

    fn product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
    ) -> Result<Option<StripeProduct>, StripeError> {
        let state = self.on_account(account)?;
        Ok(state.products.get(&(account.clone(), id.clone())).cloned())
    }

    fn prices(
        &self,
        account: &AccountRef,
        product: &StripeProductId,
    ) -> Result<Vec<StripePrice>, StripeError> {
        Ok(self.on_account(account)?.prices_of(account, product))
    }

    fn repair_product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
        name: &str,
    ) -> Result<(), StripeError> {
        let mut state = self.on_account(account)?;
        let product = state.products.get_mut(&(account.clone(), id.clone()));
        let product = product.ok_or_else(not_found)?;
        product.active = true;
        name.clone_into(&mut product.name);
        Ok(())
    }

    fn set_price_active(
        &self,
        account: &AccountRef,
        id: &StripePriceId,
        active: bool,
    ) -> Result<(), StripeError> {
        let mut state = self.on_account(account)?;
        let price = state.prices.get_mut(&(account.clone(), id.clone()));
        price.ok_or_else(not_found)?.1.active = active;
        Ok(())
    }

    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError> {
        self.on_account(account)?
            .create_product(account, product, key)
    }

    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError> {
        self.on_account(account)?.create_price(account, price, key)
    }

    fn prove_checkout(&self, key: &SellerKey) -> Result<(), StripeError> {
        self.state().account_of_key(key).map(drop)
    }

    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError> {
        let (mut state, account) = self.on_access(access)?;
        state.open_checkout(&account, checkout, key)
    }

    fn session_lines(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<Option<Vec<ClaimedLine>>, StripeError> {
        let (state, account) = self.on_access(access)?;
        Ok(state.session_lines(&account, session))
    }

    fn balance_transactions(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError> {
        let (account, state) = self.accessed(access)?;
        state.sales.transactions(account, since)
    }

    fn charges(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError> {
        let (account, state) = self.accessed(access)?;
        state.sales.charges(account, since)
    }

    fn create_coupon(
        &self,
        access: &StripeAccess,
        coupon: &NewCoupon,
        _: &StripeIdempotencyKey,
    ) -> Result<(), StripeError> {
        let (account, mut state) = self.accessed(access)?;
        state.sales.create_coupon(account, coupon)
    }

    fn delete_coupon(&self, access: &StripeAccess, id: &str) -> Result<(), StripeError> {
        let (account, mut state) = self.accessed(access)?;
        state.sales.delete_coupon(account, id);
        Ok(())
    }

    fn create_promotion_code(
        &self,
        access: &StripeAccess,
        code: &NewPromotionCode,
        _: &StripeIdempotencyKey,
    ) -> Result<StripeObjectId, StripeError> {
        let (account, mut state) = self.accessed(access)?;
        let id = state.next_id("promo");
        let id = StripeObjectId::parse(&id).expect("digits are an id");
        state.sales.create_code(account, code, id)
    }

    fn set_promotion_code_active(
        &self,
        access: &StripeAccess,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError> {
        let (account, mut state) = self.accessed(access)?;
        state.sales.set_code_active(account, id, active)
    }

    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError> {
        let (state, account) = self.on_access(access)?;
        Ok(state.history(&account, query))
    }

    fn subscription(
        &self,
        account: &AccountRef,
        id: &SubscriptionId,
    ) -> Result<Option<StripeSubscription>, StripeError> {
        let state = self.on_account(account)?;
        let key = (account.clone(), id.clone());
        Ok(state.subscriptions.get(&key).cloned())
    }

    fn invoice(
        &self,
        account: &AccountRef,
        id: &InvoiceId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        let state = self.on_account(account)?;
        Ok(state.invoices.get(&(account.clone(), id.clone())).cloned())
    }

    fn invoice_of_payment(
        &self,
        account: &AccountRef,
        payment: &PaymentIntentId,
    ) -> Result<Option<InvoiceFacts>, StripeError> {
        let state = self.on_account(account)?;
        let paid = state.invoices.iter().find(|((on, _), invoice)| {
            on == account && invoice.payment_intent.as_ref() == Some(payment)
        });
        Ok(paid.map(|(_, invoice)| invoice.clone()))
    }

    fn dispute(&self, access: &StripeAccess, id: &DisputeId) -> Result<DisputeFacts, StripeError> {
        let (state, account) = self.on_access(access)?;
        let dispute = state.disputes.get(&(account, id.clone()));
        dispute.cloned().ok_or_else(not_found)
    }

    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError> {
        let (mut state, account) = self.on_access(access)?;
        Ok(state.end_checkout(&account, session, CheckoutEnd::Expired))
    }
}

#[cfg(test)]
mod tests;
