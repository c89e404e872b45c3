//! Views of the connected Stripe account.

use mintage_domain::base::id::{PayoutId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::stripe::account_state::Payout;
use mintage_domain::model::stripe::next_step::NextStep;
use mintage_domain::model::stripe::stripe_account::{AccountType, PayoutSchedule, Requirements};
use mintage_domain::ports::{StripeAccount, StripeError};
use mintage_domain::usecase::stripe::status::ConnectionReport;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of payouts.
pub(crate) type PayoutPage<'a> = PageView<PayoutView<'a>>;

/// The link with which the owner of an account enters what Stripe requires.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingLink {
    /// The page at Stripe.
    pub(crate) url: String,
}

/// The connection of a tenant to a Stripe account. What Stripe says of the account is `null` if no account
/// is connected, or if Stripe was never reached.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionStatus<'a> {
    connected: bool,
    #[schema(required, value_type = Option<schema::Mode>)]
    mode: Option<Mode>,
    has_checkout_key: bool,
    /// What Stripe answers now.
    #[schema(required)]
    account: Option<AccountStatus>,
    #[schema(required, value_type = Option<String>)]
    account_id: Option<StripeAccountId>,
    #[schema(required, value_type = Option<schema::AccountType>)]
    account_type: Option<&'static str>,
    #[schema(required)]
    charges_enabled: Option<bool>,
    #[schema(required)]
    payouts_enabled: Option<bool>,
    #[schema(required)]
    details_submitted: Option<bool>,
    #[schema(required)]
    requirements: Option<RequirementsView<'a>>,
    #[schema(required)]
    payout_schedule: Option<PayoutScheduleView<'a>>,
    /// Whether the owner can have money paid out at once.
    #[schema(required)]
    instant_payouts: Option<bool>,
    /// When an event of the account was last received.
    #[schema(required, value_type = Option<schema::Time>)]
    last_webhook_at: Option<String>,
    /// The key types that are on sale and have no price of their amount on the account.
    prices_missing: Vec<UnpricedKeyType<'a>>,
    /// What is to be done next, in this order.
    next: Vec<NextStepView>,
}

impl<'a> ConnectionStatus<'a> {
    /// The view of a report, with what Stripe answers now.
    pub(crate) fn of(
        report: &'a ConnectionReport,
        answer: Option<Result<StripeAccount, StripeError>>,
    ) -> Self {
        let account = report.connection.state.account();
        let facts = report.facts.as_ref();
        let schedule = facts.and_then(|it| it.payout_schedule.as_ref());
        let status = account.as_ref().zip(answer);
        Self {
            connected: account.is_some(),
            mode: report.connection.mode(),
            has_checkout_key: report.connection.checkout_key.is_some(),
            account: status.map(|(it, answer)| AccountStatus::of(it.account.clone(), answer)),
            account_type: facts
                .and_then(StripeAccount::account_type)
                .map(AccountType::as_str),
            charges_enabled: facts.map(|it| it.charges_enabled),
            payouts_enabled: facts.map(|it| it.payouts_enabled),
            details_submitted: facts.map(|it| it.details_submitted),
            requirements: facts.map(|it| RequirementsView::of(&it.requirements)),
            payout_schedule: schedule.map(PayoutScheduleView::of),
            instant_payouts: facts.and_then(|it| it.instant_payouts),
            last_webhook_at: report.last_event_at.map(Timestamp::to_rfc3339),
            prices_missing: report
                .missing_prices
                .iter()
                .map(UnpricedKeyType::of)
                .collect(),
            next: report.next.iter().copied().map(NextStepView::of).collect(),
            account_id: account.map(|it| it.account),
        }
    }
}

/// What Stripe requires of the owner of an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountRequirements)]
struct RequirementsView<'a> {
    /// What must be entered until the deadline.
    currently_due: &'a [String],
    /// What was not entered in time.
    past_due: &'a [String],
    /// Why Stripe has disabled the account.
    #[schema(required)]
    disabled_reason: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    deadline: Option<String>,
}

impl<'a> RequirementsView<'a> {
    fn of(requirements: &'a Requirements) -> Self {
        Self {
            currently_due: &requirements.currently_due,
            past_due: &requirements.past_due,
            disabled_reason: requirements.disabled_reason.as_deref(),
            deadline: time(requirements.deadline),
        }
    }
}

fn time(seconds: Option<i64>) -> Option<String> {
    let at = seconds.and_then(Timestamp::from_unix_seconds);
    at.map(Timestamp::to_rfc3339)
}

/// When Stripe pays out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayoutSchedule)]
struct PayoutScheduleView<'a> {
    /// `daily`, `weekly` or `monthly`: Stripe pays out by itself. `manual`: the owner starts each payout.
    interval: &'a str,
    #[schema(required)]
    delay_days: Option<i64>,
    /// The day of the week of a weekly payout.
    #[schema(required)]
    weekly_anchor: Option<&'a str>,
    /// The day of the month of a monthly payout.
    #[schema(required)]
    monthly_anchor: Option<i64>,
}

impl<'a> PayoutScheduleView<'a> {
    fn of(schedule: &'a PayoutSchedule) -> Self {
        Self {
            interval: &schedule.interval,
            delay_days: schedule.delay_days,
            weekly_anchor: schedule.weekly_anchor.as_deref(),
            monthly_anchor: schedule.monthly_anchor,
        }
    }
}

/// A key type without a price on the account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UnpricedKeyType<'a> {
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
}

impl<'a> UnpricedKeyType<'a> {
    fn of(key_type: &'a KeyType) -> Self {
        Self {
            product_id: &key_type.product,
            key_type_id: &key_type.id,
        }
    }
}

/// What is to be done next.
#[derive(Serialize, ToSchema)]
#[schema(as = NextStep)]
struct NextStepView {
    #[schema(value_type = schema::NextStepCode)]
    code: &'static str,
    message: &'static str,
}

impl NextStepView {
    fn of(step: NextStep) -> Self {
        Self {
            code: step.as_str(),
            message: step.message(),
        }
    }
}

/// The status of a Stripe account.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AccountStatus {
    Reachable(ReachableAccount),
    Unreachable(UnreachableAccount),
}

impl AccountStatus {
    /// The view of an account. If Stripe does not answer, the view still has the id, so that the
    /// caller sees that the tenant is connected.
    pub(crate) fn of(id: StripeAccountId, account: Result<StripeAccount, StripeError>) -> Self {
        match account {
            Ok(account) => Self::Reachable(ReachableAccount {
                id: account.id,
                reachable: true,
                charges_enabled: account.charges_enabled,
                payouts_enabled: account.payouts_enabled,
                details_submitted: account.details_submitted,
                kind: account.kind,
                country: account.country,
                default_currency: account.default_currency,
            }),
            Err(error) => Self::Unreachable(UnreachableAccount {
                id,
                reachable: false,
                access_revoked: error == StripeError::AccountGone,
            }),
        }
    }
}

/// A Stripe account whose status Stripe answered.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the fields of Stripe's account"
)]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReachableAccount {
    #[schema(value_type = String)]
    id: StripeAccountId,
    reachable: bool,
    charges_enabled: bool,
    payouts_enabled: bool,
    details_submitted: bool,
    #[serde(rename = "type")]
    #[schema(required)]
    kind: Option<String>,
    #[schema(required)]
    country: Option<String>,
    #[schema(required)]
    default_currency: Option<String>,
}

/// A Stripe account whose status Stripe did not answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnreachableAccount {
    #[schema(value_type = String)]
    id: StripeAccountId,
    reachable: bool,
    /// Whether the seller revoked the access.
    access_revoked: bool,
}

/// A payout of Stripe to the owner of the account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Payout)]
pub(crate) struct PayoutView<'a> {
    #[schema(value_type = String)]
    id: &'a PayoutId,
    /// `paid` or `failed`.
    status: &'static str,
    /// In minor units.
    amount: i64,
    currency: &'a str,
    #[schema(required, value_type = Option<schema::Time>)]
    arrival_date: Option<String>,
    /// Stripe's code of the failure.
    #[schema(required)]
    failure_code: Option<&'a str>,
    #[schema(required)]
    failure_message: Option<&'a str>,
    #[schema(value_type = schema::Time)]
    recorded_at: String,
}

impl<'a> PayoutView<'a> {
    pub(crate) fn of(payout: &'a Payout) -> Self {
        Self {
            id: &payout.id,
            status: if payout.failed { "failed" } else { "paid" },
            amount: payout.amount,
            currency: &payout.currency,
            arrival_date: time(payout.arrival),
            failure_code: payout.failure_code.as_deref(),
            failure_message: payout.failure_message.as_deref(),
            recorded_at: Timestamp::from_micros(payout.recorded_at).to_rfc3339(),
        }
    }
}
