//! The Stripe adapter under test, and what a seller does at Stripe.

use mintage_domain::base::id::{DisputeId, PaymentIntentId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::ports::{CheckoutSession, Stripe};

use crate::stand_ins::StandInStripe;

/// A Stripe that offers both modes, and what a seller does there outside the port.
pub trait StripeHarness {
    /// The adapter under test.
    fn stripe(&self) -> &dyn Stripe;
    /// Returns a fresh code, as if a seller with a new account had clicked *Connect*. Stripe sends
    /// the seller back to [`REDIRECT`].
    fn grant_code(&self, mode: Mode) -> Secret;
    /// Ends a grant, as if the seller had removed the platform in their dashboard.
    fn end_grant(&self, account: &AccountRef);
    /// The secret key of a connected account, as its owner sees it in their dashboard.
    fn secret_key(&self, account: &AccountRef) -> Secret;
    /// Stops an account from taking payments, as Stripe does.
    fn disable_charges(&self, account: &AccountRef);
    /// The buyer completes a session, by a card that works.
    fn complete_checkout(&self, account: &AccountRef, session: &CheckoutSession);
    /// Archives a product, as its seller does in the dashboard.
    fn archive_product(&self, account: &AccountRef, id: &StripeProductId);
    /// Opens a dispute over a new payment, and returns it as it is then.
    fn open_dispute(&self, account: &AccountRef) -> DisputeFacts;
    /// The bank decides a dispute against the seller.
    fn lose_dispute(&self, account: &AccountRef, id: &DisputeId);
    /// Deletes a product and its prices, as wiping test data does.
    fn delete_product(&self, account: &AccountRef, id: &StripeProductId);
    /// A buyer pays on an account, and Stripe books the charge.
    fn book_charge(&self, account: &AccountRef);
}

/// The address that Stripe sends sellers back to: the only address that a harness must register.
pub const REDIRECT: &str = "http://127.0.0.1:8080/stripe/callback";

impl StripeHarness for StandInStripe {
    fn stripe(&self) -> &dyn Stripe {
        self
    }

    fn grant_code(&self, mode: Mode) -> Secret {
        StandInStripe::grant_code(self, mode)
    }

    fn end_grant(&self, account: &AccountRef) {
        StandInStripe::end_grant(self, account);
    }

    fn secret_key(&self, account: &AccountRef) -> Secret {
        StandInStripe::secret_key(self, account)
    }

    fn disable_charges(&self, account: &AccountRef) {
        StandInStripe::disable_charges(self, &account.account);
    }

    fn complete_checkout(&self, account: &AccountRef, session: &CheckoutSession) {
        StandInStripe::complete_checkout(self, account, &session.id);
    }

    fn archive_product(&self, account: &AccountRef, id: &StripeProductId) {
        StandInStripe::archive_product(self, account, id);
    }

    fn open_dispute(&self, account: &AccountRef) -> DisputeFacts {
        let dispute = DisputeFacts {
            id: DisputeId::parse("du_StandIn").expect("an id"),
            payment_intent: PaymentIntentId::parse("pi_StandIn").ok(),
            status: "needs_response".to_owned(),
            amount: Some(2_900),
            reason: Some("fraudulent".to_owned()),
        };
        self.set_dispute(account, dispute.clone());
        dispute
    }

    fn lose_dispute(&self, account: &AccountRef, id: &DisputeId) {
        let access = account.clone().into();
        let dispute = self.stripe().dispute(&access, id).expect("it is open");
        let status = "lost".to_owned();
        self.set_dispute(account, DisputeFacts { status, ..dispute });
    }

    fn delete_product(&self, account: &AccountRef, id: &StripeProductId) {
        StandInStripe::delete_product(self, account, id);
    }

    fn book_charge(&self, account: &AccountRef) {
        StandInStripe::book_charge(self, account);
    }
}
