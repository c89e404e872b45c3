//! What the stand-in answers to a call that it refuses.

use mintage_domain::ports::{StripeError, StripeRefusal};

/// The error of an object that does not exist.
pub(super) fn not_found() -> StripeError {
    StripeError::NotFound(StripeRefusal {
        code: Some("resource_missing".to_owned()),
        message: "No such object".to_owned(),
        ..StripeRefusal::default()
    })
}

/// The error of a request that Stripe refuses for this reason.
pub(super) fn refused(message: &str) -> StripeError {
    StripeError::Refused(StripeRefusal {
        message: message.to_owned(),
        ..StripeRefusal::default()
    })
}
