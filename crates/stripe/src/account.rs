//! `GET /v1/accounts/{id}`: retrieves an account.

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::ports::StripeAccount;
use serde::Deserialize;
use stripe_connect::account::RetrieveAccount;

pub(crate) fn retrieve(account: &StripeAccountId) -> RetrieveAccount {
    RetrieveAccount::new(account.as_str())
}

/// The fields of an account that are used. Stripe omits most of them for accounts that the platform
/// does not control.
#[derive(Deserialize)]
pub(crate) struct Account {
    id: StripeAccountId,
    charges_enabled: Option<bool>,
    payouts_enabled: Option<bool>,
    details_submitted: Option<bool>,
    #[serde(rename = "type")]
    kind: Option<String>,
    country: Option<String>,
    default_currency: Option<String>,
}

impl From<Account> for StripeAccount {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            charges_enabled: account.charges_enabled.unwrap_or(false),
            payouts_enabled: account.payouts_enabled.unwrap_or(false),
            details_submitted: account.details_submitted.unwrap_or(false),
            kind: account.kind,
            country: account.country,
            default_currency: account.default_currency,
        }
    }
}
