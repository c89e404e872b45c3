//! Why a checkout was not opened.

use crate::base::url::InvalidWebUrl;
use crate::model::sellers::tenant::TenantSuspended;
use crate::ports::StripeError;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::sales::cannot_sell::CannotSell;

/// Why a checkout was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// The checkout key is missing or wrong, or the tenant does not exist. Callers cannot distinguish
    /// these cases.
    #[error("wrong or missing checkout key")]
    Unauthorized,
    /// The tenant is suspended.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The tenant is not connected to Stripe.
    #[error("not connected to Stripe")]
    NotConnected,
    /// The tenant's plan does not include Connect any more.
    #[error("Stripe Connect requires a Starter, Plus, or Pro plan")]
    PlanLacksConnect,
    /// The tenant's plan allows no more licenses.
    #[error("the plan allows {0} active licenses, and there are as many")]
    QuotaExceeded(u32),
    /// Managed Payments, which Stripe does not combine with a fee.
    #[error(
        "a key type with managedPayments cannot be sold here: Stripe takes no platform fee from such a sale, \
         and this server charges one; set managedPayments to false"
    )]
    ManagedPaymentsFee,
    /// Stripe does not accept the key of the product any more.
    #[error("Stripe does not accept the Stripe key of the product; set another one")]
    KeyRefused,
    /// The order does not fit into the metadata of a session.
    #[error(
        "the items and the metadata are too large for one checkout; sell fewer items, or send less metadata"
    )]
    TooLarge,
    /// The items cannot be sold.
    #[error(transparent)]
    Items(CannotSell),
    /// The public URL of the server is too long for the address of a thank-you page.
    #[error("the public URL gives no thank-you page: {0}")]
    ThanksPage(#[from] InvalidWebUrl),
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(CheckoutError);

impl From<CannotSell> for CheckoutError {
    fn from(error: CannotSell) -> Self {
        match error {
            CannotSell::Store(error) => Self::Failure(error.into()),
            error => Self::Items(error),
        }
    }
}
