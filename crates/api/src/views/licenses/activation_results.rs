//! The results of the calls of a device.

use mintage_domain::base::id::ActivationId;
use mintage_domain::usecase::licenses::activation::{Activated, Heartbeat};
use serde::Serialize;
use utoipa::ToSchema;

use super::validation::ActivationUsageView;
use crate::schema;

/// The result of activating a license on a device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivationResult<'a> {
    /// Whether the license is active on the device.
    valid: bool,
    /// Why the license is not active on the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::ReasonNotActivated>)]
    reason: Option<&'static str>,
    /// The id of the activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::ActivationId>)]
    activation_id: Option<&'a ActivationId>,
    /// Set for a license that is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    activations: Option<ActivationUsageView>,
}

impl<'a> ActivationResult<'a> {
    pub(crate) fn of(activated: &'a Activated) -> Self {
        let (activation_id, usage) = match activated {
            Activated::Active(id, usage) => (Some(id), Some(*usage)),
            Activated::Full(usage) => (None, Some(*usage)),
            Activated::Refused(_) => (None, None),
        };
        Self {
            valid: activation_id.is_some(),
            reason: activated.reason(),
            activation_id,
            activations: usage.map(ActivationUsageView::of),
        }
    }
}

/// The result of a heartbeat.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeartbeatResult {
    /// Whether the heartbeat was recorded.
    ok: bool,
    /// Why the heartbeat was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::ReasonNotRecorded>)]
    reason: Option<&'static str>,
    /// The time of the heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::Time>)]
    last_seen_at: Option<String>,
}

impl HeartbeatResult {
    pub(crate) fn of(heartbeat: &Heartbeat) -> Self {
        let last_seen_at = match heartbeat {
            Heartbeat::Seen(at) => Some(at.to_rfc3339()),
            Heartbeat::NotActivated | Heartbeat::Refused(_) => None,
        };
        Self {
            ok: last_seen_at.is_some(),
            reason: heartbeat.reason(),
            last_seen_at,
        }
    }
}

/// The result of deactivating a license on a device.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeactivationResult {
    /// Whether the license was active on the device.
    pub(crate) deactivated: bool,
}
