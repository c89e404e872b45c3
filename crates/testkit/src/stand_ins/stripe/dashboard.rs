//! What sellers, buyers and banks do at the stand-in outside of the port.

use mintage_domain::base::id::{StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use mintage_domain::ports::HistoryKind;

use crate::stand_ins::stripe::stand_in::StandInStripe;
use crate::stand_ins::stripe::state::Listed;

impl StandInStripe {
    /// Creates a secret key of an account, as its owner does in the dashboard.
    pub fn secret_key(&self, account: &AccountRef) -> Secret {
        self.state().create_key(account.clone(), "sk", true)
    }

    /// Creates a restricted key of an account that may not write checkout sessions.
    pub fn key_without_checkout(&self, account: &AccountRef) -> Secret {
        self.state().create_key(account.clone(), "rk", false)
    }

    /// Deletes a key, as the owner of its account does in the dashboard.
    pub fn delete_key(&self, key: &Secret) {
        self.state().keys.remove(key.expose());
    }

    /// Stops an account from taking payments, as Stripe does.
    pub fn disable_charges(&self, account: &StripeAccountId) {
        self.state().without_charges.insert(account.clone());
    }

    /// Lets an account take payments again.
    pub fn enable_charges(&self, account: &StripeAccountId) {
        self.state().without_charges.remove(account);
    }

    /// Archives a product, as its seller does in the dashboard.
    pub fn archive_product(&self, account: &AccountRef, id: &StripeProductId) {
        let mut state = self.state();
        if let Some(product) = state.products.get_mut(&(account.clone(), id.clone())) {
            product.active = false;
        }
    }

    /// Deletes a price that was never used, as its seller does in the dashboard.
    pub fn delete_price(&self, account: &AccountRef, id: &StripePriceId) {
        self.state().prices.remove(&(account.clone(), id.clone()));
    }

    /// Deletes a product and its prices.
    pub fn delete_product(&self, account: &AccountRef, id: &StripeProductId) {
        let mut state = self.state();
        state.products.remove(&(account.clone(), id.clone()));
        state
            .prices
            .retain(|(on, _), (product, _)| on != account || product != id);
    }

    /// Adds an object to a list of an account, with the body of the event that reports its state; `None` if
    /// the state has no effects.
    pub fn list(
        &self,
        account: &AccountRef,
        kind: HistoryKind,
        (id, created): (&str, Timestamp),
        event: Option<Vec<u8>>,
    ) {
        let listed = Listed {
            id: id.to_owned(),
            created,
            event,
        };
        self.state().listed.push((account.clone(), kind, listed));
    }

    /// Puts a subscription at Stripe, in the place of the one before.
    pub fn put_subscription(&self, account: &AccountRef, subscription: StripeSubscription) {
        let key = (account.clone(), subscription.id.clone());
        self.state().subscriptions.insert(key, subscription);
    }

    /// Puts an invoice at Stripe, in the place of the one before.
    pub fn put_invoice(&self, account: &AccountRef, invoice: InvoiceFacts) {
        let key = (account.clone(), invoice.id.clone());
        self.state().invoices.insert(key, invoice);
    }

    /// Opens or changes a dispute, as a bank does.
    pub fn set_dispute(&self, account: &AccountRef, dispute: DisputeFacts) {
        let id = (account.clone(), dispute.id.clone());
        self.state().disputes.insert(id, dispute);
    }
}
