//! `GET /v1/accounts/{id}`: retrieves an account. `POST /v1/account_links`: a link to its onboarding.

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::stripe_account::{PayoutSchedule, Requirements};
use mintage_domain::ports::StripeAccount;
use serde::Deserialize;
use stripe_connect::account::RetrieveAccount;
use stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType};

/// The largest number of requirements that are read of each list.
const MAX_REQUIREMENTS: usize = 100;

/// The largest length of a text of an account that is read, in characters.
const MAX_TEXT: usize = 200;

pub(crate) fn retrieve(account: &StripeAccountId) -> RetrieveAccount {
    RetrieveAccount::new(account.as_str())
}

pub(crate) fn onboard(
    account: &StripeAccountId,
    refresh_url: &WebUrl,
    return_url: &WebUrl,
) -> CreateAccountLink {
    CreateAccountLink::new(account.as_str(), CreateAccountLinkType::AccountOnboarding)
        .refresh_url(refresh_url.as_str())
        .return_url(return_url.as_str())
}

/// A link to the onboarding of an account.
#[derive(Deserialize)]
pub(crate) struct AccountLink {
    pub(crate) url: String,
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
    controller: Option<Controller>,
    country: Option<String>,
    default_currency: Option<String>,
    requirements: Option<Missing>,
    settings: Option<Settings>,
    external_accounts: Option<ExternalAccounts>,
}

#[derive(Deserialize)]
struct Controller {
    stripe_dashboard: Option<Dashboard>,
}

#[derive(Deserialize)]
struct Dashboard {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Missing {
    currently_due: Option<Vec<String>>,
    past_due: Option<Vec<String>>,
    disabled_reason: Option<String>,
    current_deadline: Option<i64>,
}

#[derive(Deserialize)]
struct Settings {
    payouts: Option<Payouts>,
}

#[derive(Deserialize)]
struct Payouts {
    schedule: Option<Schedule>,
}

#[derive(Deserialize)]
struct Schedule {
    interval: Option<String>,
    delay_days: Option<i64>,
    weekly_anchor: Option<String>,
    monthly_anchor: Option<i64>,
}

#[derive(Deserialize)]
struct ExternalAccounts {
    #[serde(default)]
    data: Vec<ExternalAccount>,
}

#[derive(Deserialize)]
struct ExternalAccount {
    available_payout_methods: Option<Vec<String>>,
}

fn short(text: String) -> String {
    if text.chars().nth(MAX_TEXT).is_none() {
        return text;
    }
    text.chars().take(MAX_TEXT).collect()
}

impl From<Missing> for Requirements {
    fn from(due: Missing) -> Self {
        let list = |names: Option<Vec<String>>| {
            let names = names.unwrap_or_default().into_iter();
            names.take(MAX_REQUIREMENTS).map(short).collect()
        };
        Self {
            currently_due: list(due.currently_due),
            past_due: list(due.past_due),
            disabled_reason: due.disabled_reason.map(short),
            deadline: due.current_deadline,
        }
    }
}

impl Schedule {
    fn known(self) -> Option<PayoutSchedule> {
        Some(PayoutSchedule {
            interval: short(self.interval?),
            delay_days: self.delay_days,
            weekly_anchor: self.weekly_anchor.map(short),
            monthly_anchor: self.monthly_anchor,
        })
    }
}

impl ExternalAccounts {
    /// Whether money can be paid out at once to one of them.
    fn is_instant(&self) -> bool {
        let methods = |it: &ExternalAccount| {
            let methods = it.available_payout_methods.as_ref();
            methods.is_some_and(|all| all.iter().any(|it| it == "instant"))
        };
        self.data.iter().any(methods)
    }
}

impl From<Account> for StripeAccount {
    fn from(account: Account) -> Self {
        let dashboard = account.controller.and_then(|it| it.stripe_dashboard);
        let payouts = account.settings.and_then(|it| it.payouts);
        let schedule = payouts.and_then(|it| it.schedule);
        Self {
            id: account.id,
            charges_enabled: account.charges_enabled.unwrap_or(false),
            payouts_enabled: account.payouts_enabled.unwrap_or(false),
            details_submitted: account.details_submitted.unwrap_or(false),
            kind: account.kind.map(short),
            dashboard: dashboard.and_then(|it| it.kind).map(short),
            country: account.country.map(short),
            default_currency: account.default_currency.map(short),
            requirements: account.requirements.map(Into::into).unwrap_or_default(),
            payout_schedule: schedule.and_then(Schedule::known),
            instant_payouts: account.external_accounts.map(|it| it.is_instant()),
        }
    }
}
