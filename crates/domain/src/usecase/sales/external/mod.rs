//! Orders that were paid outside of Stripe, for a service that embeds the domain and takes money by itself.
//!
//! The service has a reference of its own for each order, and reports what happened to it: [`record_paid`]
//! and [`record_refund`]. Both may be reported repeatedly and in any order, from any number of nodes. An
//! order that is reported as paid twice mints once; a refund that is reported before its order is
//! remembered until the order is. The licenses are the same as those that are sold by checkout: counted,
//! mailed, told to the seller's webhook endpoints and recorded in the audit trail.

mod paid;
mod refunded;

pub use paid::{MAX_UNITS, PaidOrder, Sold, SoldLicense, record_paid};
pub use refunded::{OrderRefund, RefundRecorded, record_refund};

use crate::base::money::Currency;
use crate::model::sales::payment::Payment;
use crate::usecase::caller::NotAllowed;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::mint::CannotMint;

/// Why an order or a refund was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExternalOrderError {
    /// The caller may not issue licenses.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The product has no such key type.
    #[error("the product has no such key type")]
    UnknownKeyType,
    /// The number of licenses is 0 or too large.
    #[error("an order has 1 to {MAX_UNITS} licenses")]
    Quantity,
    /// The reference belongs to an order of something else.
    #[error("this reference belongs to an order of another key type, quantity or total")]
    AnotherOrder,
    /// The amount of a refund is 0.
    #[error("a refund is of more than nothing")]
    NothingRefunded,
    /// The order was paid, or refunded, in another currency.
    #[error("the currency of this order is {0}")]
    OtherCurrency(Currency),
    /// The order has as many refunds as are kept.
    #[error("the order has too many refunds")]
    TooManyRefunds,
    /// The key of a license of the order cannot be read.
    #[error("the key of a license of this order is damaged")]
    DamagedKey,
    /// A license could not be minted.
    #[error(transparent)]
    CannotMint(#[from] CannotMint),
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ExternalOrderError);

/// Checks that a payment is not in another currency.
fn check_currency(payment: &Payment, currency: Currency) -> Result<(), ExternalOrderError> {
    match payment.currency {
        Some(known) if known != currency => Err(ExternalOrderError::OtherCurrency(known)),
        _ => Ok(()),
    }
}
