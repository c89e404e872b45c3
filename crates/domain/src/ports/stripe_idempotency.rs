//! The idempotency keys of calls of Stripe.

/// An idempotency key, under which Stripe processes a request once: 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeIdempotencyKey(String);

impl StripeIdempotencyKey {
    /// Builds a key from parts, which must be short and must not be secret.
    pub fn new(parts: &[&str]) -> Self {
        let text = parts.join(":");
        Self(text.chars().take(255).collect())
    }

    /// The value of the `Idempotency-Key` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
