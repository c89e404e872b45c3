//! A Stripe account as Stripe describes it.

use serde::{Deserialize, Serialize};

use crate::base::id::StripeAccountId;
use crate::base::text_enum::text_enum;

/// A Stripe account. What Stripe does not say of accounts that it does not let the platform control is
/// `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeAccount {
    /// Stripe's id of the account.
    pub id: StripeAccountId,
    /// Whether the account may accept payments.
    pub charges_enabled: bool,
    /// Whether Stripe pays out to the account's owner.
    pub payouts_enabled: bool,
    /// Whether the owner has submitted the details that Stripe requires.
    pub details_submitted: bool,
    /// The account type (`standard`, `express`, `custom` or `none`), if Stripe sent it.
    pub kind: Option<String>,
    /// The dashboard of the account (`full`, `express` or `none`), as its controller says.
    pub dashboard: Option<String>,
    /// The country code, if Stripe sent it.
    pub country: Option<String>,
    /// The default currency, if Stripe sent it.
    pub default_currency: Option<String>,
    /// What Stripe requires of the owner.
    pub requirements: Requirements,
    /// When Stripe pays out, if Stripe sent it.
    pub payout_schedule: Option<PayoutSchedule>,
    /// Whether the owner can have money paid out at once; `None` if Stripe did not send the bank accounts
    /// and cards of the owner.
    pub instant_payouts: Option<bool>,
}

/// What Stripe requires of the owner of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requirements {
    /// What must be entered until the deadline.
    pub currently_due: Vec<String>,
    /// What was not entered in time.
    pub past_due: Vec<String>,
    /// Why Stripe has disabled the account, such as `requirements.past_due`.
    pub disabled_reason: Option<String>,
    /// Until when `currently_due` must be entered, in Unix seconds.
    pub deadline: Option<i64>,
}

/// When Stripe pays out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutSchedule {
    /// `daily`, `weekly`, `monthly`, or `manual`: the owner starts each payout.
    pub interval: String,
    /// After how many days money is paid out.
    pub delay_days: Option<i64>,
    /// The day of the week of a weekly payout.
    pub weekly_anchor: Option<String>,
    /// The day of the month of a monthly payout.
    pub monthly_anchor: Option<i64>,
}

text_enum! {
    /// The type of a Stripe account.
    pub enum AccountType {
        /// The owner has Stripe's whole dashboard, and Stripe asks the owner for what it requires.
        Standard = "standard",
        /// The owner has a small dashboard, and is onboarded by links of the platform.
        Express = "express",
        /// The owner has no dashboard at Stripe.
        Custom = "custom",
    }

    /// The text is not the type of an account.
    #[error("unknown type of a Stripe account")]
    pub struct UnknownAccountType;
}

impl StripeAccount {
    /// The type of the account: as Stripe names it, or else by the dashboard that its owner has.
    pub fn account_type(&self) -> Option<AccountType> {
        let named = self.kind.as_deref().map(AccountType::parse);
        if let Some(Ok(named)) = named {
            return Some(named);
        }
        match self.dashboard.as_deref()? {
            "full" => Some(AccountType::Standard),
            "express" => Some(AccountType::Express),
            "none" => Some(AccountType::Custom),
            _ => None,
        }
    }

    /// Why the account cannot take payments, for people.
    pub fn why_no_charges(&self) -> String {
        let Requirements {
            disabled_reason,
            past_due,
            currently_due,
            ..
        } = &self.requirements;
        let mut text = "Stripe lets the account take no payments".to_owned();
        if let Some(reason) = disabled_reason {
            text.push_str(": ");
            text.push_str(reason);
        }
        let due: Vec<&str> = past_due
            .iter()
            .chain(currently_due)
            .map(String::as_str)
            .take(MAX_NAMED)
            .collect();
        if !due.is_empty() {
            text.push_str("; Stripe requires ");
            text.push_str(&due.join(", "));
        }
        text
    }
}

/// The largest number of requirements that a message names.
const MAX_NAMED: usize = 10;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
pub(super) mod tests {
    use super::*;

    pub(in crate::model::stripe) fn account() -> StripeAccount {
        StripeAccount {
            id: StripeAccountId::parse("acct_1").unwrap(),
            charges_enabled: true,
            payouts_enabled: true,
            details_submitted: true,
            kind: None,
            dashboard: None,
            country: None,
            default_currency: None,
            requirements: Requirements::default(),
            payout_schedule: None,
            instant_payouts: None,
        }
    }

    #[test]
    fn the_type_is_the_one_that_stripe_names_or_follows_from_the_dashboard() {
        use AccountType::{Custom, Express, Standard};
        for (kind, dashboard, expected) in [
            (Some("standard"), Some("none"), Some(Standard)),
            (Some("express"), None, Some(Express)),
            (Some("custom"), Some("full"), Some(Custom)),
            (Some("none"), Some("full"), Some(Standard)),
            (Some("none"), Some("express"), Some(Express)),
            (None, Some("none"), Some(Custom)),
            (Some("none"), None, None),
            (None, None, None),
            (Some("new"), Some("other"), None),
        ] {
            let account = StripeAccount {
                kind: kind.map(str::to_owned),
                dashboard: dashboard.map(str::to_owned),
                ..account()
            };
            assert_eq!(account.account_type(), expected, "{kind:?} {dashboard:?}");
        }
    }

    #[test]
    fn a_message_names_the_reason_and_what_is_due() {
        let mut account = account();
        let plain = "Stripe lets the account take no payments";
        assert_eq!(account.why_no_charges(), plain);
        account.requirements = Requirements {
            currently_due: vec!["external_account".to_owned()],
            past_due: vec!["individual.dob".to_owned()],
            disabled_reason: Some("requirements.past_due".to_owned()),
            deadline: None,
        };
        assert_eq!(
            account.why_no_charges(),
            format!(
                "{plain}: requirements.past_due; Stripe requires individual.dob, external_account"
            )
        );
    }
}
