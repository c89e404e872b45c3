//! The Stripe adapter under test, with what a seller does at Stripe.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::Stripe;

use crate::stand_ins::StandInStripe;

/// A Stripe that offers both modes, and what a seller does there beside the port.
pub trait StripeHarness {
    /// The adapter under test.
    fn stripe(&self) -> &dyn Stripe;
    /// A fresh code, as if a seller with a new account had clicked *Connect*. They are sent back
    /// to [`REDIRECT`].
    fn grant_code(&self, mode: Mode) -> Secret;
    /// As if the seller had removed the platform in their own dashboard.
    fn end_grant(&self, account: &AccountRef);
    /// As if Stripe had stopped the account from taking payments.
    fn disable_charges(&self, account: &AccountRef);
}

/// Where sellers are sent back to: the one address that a harness must have registered.
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

    fn disable_charges(&self, account: &AccountRef) {
        StandInStripe::disable_charges(self, &account.account);
    }
}
