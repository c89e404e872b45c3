//! The lines of a session that a seller made. Stripe leaves them out of its events, and the seller's restricted
//! key reads them.

use crate::base::id::SessionId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::model::sales::claim::SaleClaim;
use crate::ports::{RestrictedKeys, SellerStripe, Stripe, StripeAccess, StripeError};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::verdict::InboundError;
use crate::usecase::stripe::restricted_key::seller_key;

/// Stripe refused the restricted key, so that it is unknown what a session sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Stripe does not let the restricted key read what the session sold: connect a new key")]
pub struct KeyRefused;

/// Adds the lines of a session to its claim, if a price may be mapped and nothing else says what was sold.
/// Without a key, and for a session that is not of the account of the key, the claim stays as it is.
pub(crate) fn add_lines(
    store: &(impl SellerStripe + RestrictedKeys + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, mode, session): (&TenantId, Mode, &SessionId),
    claim: &mut SaleClaim,
) -> Result<Result<(), KeyRefused>, InboundError> {
    if !claim.lacks_lines() {
        return Ok(Ok(()));
    }
    let mappings = store.sale_mappings(tenant, mode)?;
    if !mappings.is_some_and(|mappings| mappings.need_lines(claim)) {
        return Ok(Ok(()));
    }
    let Some(key) = seller_key(store, env, tenant, mode)? else {
        return Ok(Ok(()));
    };
    match stripe.session_lines(&StripeAccess::Key(key), session) {
        Ok(lines) => claim.lines = lines.unwrap_or_default(),
        Err(error) if error.is_of_key() => return Ok(Err(KeyRefused)),
        // Stripe refuses the same call again.
        Err(StripeError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Ok(()))
}
