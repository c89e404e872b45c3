//! What Stripe is asked while an event is interpreted.

use crate::base::id::PaymentIntentId;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::RefundFacts;
use crate::model::stripe::subscription::InvoiceFacts;
use crate::ports::{Stripe, StripeError};
use crate::usecase::stripe::inbound::verdict::InboundError;

/// What Stripe has; `None` if Stripe does not have it or does not give it to this server, as it gives nothing
/// of an account that only reports to the seller's own endpoints. If Stripe fails for a while, the event is
/// tried again.
pub(crate) fn retrieved<T>(
    account: &AccountRef,
    ask: impl FnOnce() -> Result<Option<T>, StripeError>,
) -> Result<Option<T>, InboundError> {
    if account.account.is_own() {
        return Ok(None);
    }
    match ask() {
        Ok(found) => Ok(found),
        Err(
            StripeError::AccountGone
            | StripeError::NotFound(_)
            | StripeError::Refused(_)
            | StripeError::Unauthorized
            | StripeError::NotConfigured(_),
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The invoice of a refunded payment, which Stripe knows; `None` if the payment paid none.
pub(crate) fn paid_invoice(
    stripe: &dyn Stripe,
    account: &AccountRef,
    facts: &RefundFacts,
) -> Result<Option<InvoiceFacts>, InboundError> {
    if let Some(id) = &facts.invoice {
        return retrieved(account, || stripe.invoice(account, id));
    }
    match &facts.payment_intent {
        Some(intent) => retrieved(account, || stripe.invoice_of_payment(account, intent)),
        None => Ok(None),
    }
}

/// The invoice that a payment paid, which Stripe knows; `None` if it paid none.
pub(crate) fn invoice_paid_by(
    stripe: &dyn Stripe,
    account: &AccountRef,
    intent: &PaymentIntentId,
) -> Result<Option<InvoiceFacts>, InboundError> {
    retrieved(account, || stripe.invoice_of_payment(account, intent))
}
