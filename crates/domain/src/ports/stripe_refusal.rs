//! What Stripe says about a request that it refused.

use std::fmt;

/// What Stripe says about a request that it refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StripeRefusal {
    /// Stripe's error code, such as `email_invalid`, if the answer has one.
    pub code: Option<String>,
    /// Stripe's message for people, without credentials.
    pub message: String,
    /// Stripe's id of the request, for its support.
    pub request_id: Option<String>,
    /// Whether the key lacks the permission for the request.
    pub lacks_permission: bool,
}

impl fmt::Display for StripeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}
