//! The result of a validation.

use std::collections::BTreeMap;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::subscribed::Subscribed;
use mintage_domain::ports::KnownLicense;
use mintage_domain::usecase::licenses::activation::ActivationUsage;
use mintage_domain::usecase::licenses::validate::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// The result of a validation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValidationResult<'a> {
    valid: bool,
    #[schema(value_type = schema::ValidationStatus)]
    status: &'static str,
    /// Why the license key is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::ReasonNotValid>)]
    reason: Option<&'static str>,
    /// `null` for an unknown license key.
    #[schema(required, value_type = Option<schema::LicenseId>)]
    license_id: Option<&'a LicenseId>,
    /// Set for a valid license key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::Time>)]
    issued_at: Option<String>,
    /// `null` for a license that never expires.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    /// `null` for a license that includes updates without a limit.
    #[schema(required, value_type = Option<schema::Time>)]
    updates_until: Option<String>,
    /// `null` for a license that no subscription pays for.
    #[schema(required)]
    subscription: Option<SubscriptionState>,
    #[schema(required)]
    plan: Option<Plan<'a>>,
    #[schema(required)]
    customer: Option<LicenseCustomer<'a>>,
    /// Set for a valid license key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    activations: Option<ActivationUsageView>,
}

impl<'a> ValidationResult<'a> {
    /// The result for an unknown license key, and for one with wrong check symbols.
    pub(crate) fn unknown(reason: Reason) -> Self {
        Self {
            valid: false,
            status: "INVALID",
            reason: Some(reason.as_str()),
            license_id: None,
            issued_at: None,
            expires_at: None,
            updates_until: None,
            subscription: None,
            plan: None,
            customer: None,
            activations: None,
        }
    }

    /// The result for a valid license key. `to_anonymous` hides the address of the customer.
    pub(crate) fn valid(known: &'a KnownLicense, to_anonymous: bool) -> Self {
        let license = &known.record.license;
        Self {
            valid: true,
            status: State::Active.as_str(),
            reason: None,
            issued_at: Some(license.created_at.to_rfc3339()),
            activations: Some(ActivationUsageView {
                used: known.activations,
                max: license.activation_limit,
            }),
            ..Self::found(known, to_anonymous)
        }
    }

    /// The result for a known license key that is not valid.
    pub(crate) fn invalid(
        known: &'a KnownLicense,
        reason: Reason,
        now: Timestamp,
        to_anonymous: bool,
    ) -> Self {
        Self {
            status: known.record.license.state(now).as_str(),
            reason: Some(reason.as_str()),
            ..Self::found(known, to_anonymous)
        }
    }

    /// The parts that a valid and an invalid license have in common. The address of the customer is
    /// hidden from callers with a publishable key, so that nobody finds a person by a license key.
    fn found(known: &'a KnownLicense, to_anonymous: bool) -> Self {
        let record = &known.record;
        let license = &record.license;
        Self {
            license_id: Some(&license.id),
            expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
            updates_until: license.updates_until.map(Timestamp::to_rfc3339),
            subscription: license.subscription.as_ref().map(SubscriptionState::of),
            plan: Some(Plan {
                code: &license.key_type,
                name: known.plan.as_str(),
                features: license
                    .entitlements
                    .as_slice()
                    .iter()
                    .map(|name| (name.as_str(), true))
                    .collect(),
            }),
            customer: Some(LicenseCustomer {
                id: &license.customer,
                email: (!to_anonymous).then_some(&record.email),
            }),
            ..Self::unknown(Reason::NotFound)
        }
    }
}

/// The subscription that pays for a license.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubscriptionState {
    /// Stripe's status of the subscription, such as `active` or `past_due`.
    status: &'static str,
    /// The end of the current period, paid or not.
    #[schema(required, value_type = Option<schema::Time>)]
    current_period_end: Option<String>,
    cancel_at_period_end: bool,
}

impl SubscriptionState {
    fn of(subscription: &Subscribed) -> Self {
        let end = subscription.current_period_end();
        Self {
            status: subscription.status.as_str(),
            current_period_end: end.map(Timestamp::to_rfc3339),
            cancel_at_period_end: subscription.cancels_at_period_end,
        }
    }
}

/// The key type of a license.
#[derive(Serialize, ToSchema)]
struct Plan<'a> {
    #[schema(value_type = schema::KeyTypeId)]
    code: &'a KeyTypeId,
    name: &'a str,
    /// The entitlements of the license, each with `true`.
    features: BTreeMap<&'a str, bool>,
}

/// The customer of a license.
#[derive(Serialize, ToSchema)]
struct LicenseCustomer<'a> {
    #[schema(value_type = schema::CustomerId)]
    id: &'a CustomerId,
    /// `null` for a caller with a publishable key.
    #[schema(required, value_type = Option<schema::Email>)]
    email: Option<&'a Email>,
}

/// How many activations a license has, and how many the license may have.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivationUsage)]
pub(crate) struct ActivationUsageView {
    used: u32,
    max: u32,
}

impl ActivationUsageView {
    pub(crate) fn of(usage: ActivationUsage) -> Self {
        Self {
            used: usage.used,
            max: usage.max,
        }
    }
}
