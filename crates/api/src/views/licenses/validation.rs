//! The view of a validation.

use std::collections::BTreeMap;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::ports::KnownLicense;
use mintage_domain::usecase::licenses::validate::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::schema;

/// What a license key is worth.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Validation<'a> {
    valid: bool,
    #[schema(value_type = schema::Verdict)]
    status: &'static str,
    /// Why it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::InvalidReason>)]
    reason: Option<&'static str>,
    /// `null` for a key that is unknown.
    #[schema(required, value_type = Option<schema::LicenseId>)]
    license_id: Option<&'a LicenseId>,
    /// Of a valid key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::Time>)]
    issued_at: Option<String>,
    /// `null` for never.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    #[schema(required)]
    plan: Option<Plan<'a>>,
    #[schema(required)]
    customer: Option<LicenseHolder<'a>>,
    /// Of a valid key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    activations: Option<SlotsInUse>,
}

impl<'a> Validation<'a> {
    /// A key that is unknown, or whose check symbols are wrong.
    pub(crate) fn unknown(reason: Reason) -> Self {
        Self {
            valid: false,
            status: "INVALID",
            reason: Some(reason.as_str()),
            license_id: None,
            issued_at: None,
            expires_at: None,
            plan: None,
            customer: None,
            activations: None,
        }
    }

    /// A valid key. `to_anonymous` hides the customer's address.
    pub(crate) fn valid(known: &'a KnownLicense, to_anonymous: bool) -> Self {
        let license = &known.record.license;
        Self {
            valid: true,
            status: State::Active.as_str(),
            reason: None,
            issued_at: Some(license.created_at.to_rfc3339()),
            activations: Some(SlotsInUse {
                used: known.activations,
                max: license.activation_limit,
            }),
            ..Self::found(known, to_anonymous)
        }
    }

    /// A key that is known and not valid.
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

    /// What is told of a license, good or not. The customer's address is told to nobody who presents a
    /// publishable key: who has found a license's key shall not find a person by it.
    fn found(known: &'a KnownLicense, to_anonymous: bool) -> Self {
        let record = &known.record;
        let license = &record.license;
        Self {
            license_id: Some(&license.id),
            expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
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
            customer: Some(LicenseHolder {
                id: &license.customer,
                email: (!to_anonymous).then_some(&record.email),
            }),
            ..Self::unknown(Reason::NotFound)
        }
    }
}

/// The key type of a license.
#[derive(Serialize, ToSchema)]
struct Plan<'a> {
    #[schema(value_type = schema::KeyTypeId)]
    code: &'a KeyTypeId,
    name: &'a str,
    /// What the license unlocks, each with `true`.
    features: BTreeMap<&'a str, bool>,
}

/// Whose license it is.
#[derive(Serialize, ToSchema)]
struct LicenseHolder<'a> {
    #[schema(value_type = schema::CustomerId)]
    id: &'a CustomerId,
    /// `null` for whoever asks with a publishable key.
    #[schema(required, value_type = Option<schema::Email>)]
    email: Option<&'a Email>,
}

/// How many devices a license is active on, and may be.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlotsInUse {
    pub(crate) used: u32,
    pub(crate) max: u32,
}
