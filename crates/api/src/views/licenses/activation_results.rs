//! Views of the calls of a device.

use mintage_domain::base::id::ActivationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::validation::SlotsInUse;
use crate::openapi::schema;

/// Whether a device has a slot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceActivated {
    pub(crate) valid: bool,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::NoSlotReason>)]
    pub(crate) reason: Option<&'static str>,
    /// Names the device from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::ActivationId>)]
    pub(crate) activation_id: Option<ActivationId>,
    /// Of a license that is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) activations: Option<SlotsInUse>,
}

/// Whether a device that called has a slot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceHeard {
    pub(crate) ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::UnheardReason>)]
    pub(crate) reason: Option<&'static str>,
    /// When it called: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::Time>)]
    pub(crate) last_seen_at: Option<String>,
}

/// Whether a device had a slot.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceDeactivated {
    pub(crate) deactivated: bool,
}
