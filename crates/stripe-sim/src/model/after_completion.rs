use serde_json::{Value, json};

/// The address that a session of a payment link has where the link has none.
pub(crate) const STRIPE: &str = "https://stripe.com";

/// What the payer sees after the payment.
#[derive(Clone)]
pub(crate) enum AfterCompletion {
    /// The seller's page at this address, which may contain `{CHECKOUT_SESSION_ID}`.
    Redirect(String),
    /// Stripe's own confirmation page, with the seller's message if there is one.
    HostedConfirmation(Option<String>),
}

impl AfterCompletion {
    /// The field `success_url` of a session. Stripe's own address stands for the hosted confirmation.
    pub(crate) fn success_url(&self) -> &str {
        match self {
            Self::Redirect(url) => url,
            Self::HostedConfirmation(_) => STRIPE,
        }
    }

    /// The field `after_completion` of a payment link.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Redirect(url) => json!({ "redirect": { "url": url }, "type": "redirect" }),
            Self::HostedConfirmation(message) => json!({
                "hosted_confirmation": { "custom_message": message },
                "type": "hosted_confirmation",
            }),
        }
    }
}
