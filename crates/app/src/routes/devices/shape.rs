//! What the devices' calls take and answer.

use mintage_domain::base::id::ActivationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::validate::SlotsInUse;
use crate::openapi::words;

/// A device that asks for a slot.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `activate` reads")]
pub(super) struct ActivateRequest {
    key: words::LicenseKey,
    fingerprint: words::Fingerprint,
    hostname: Option<words::DeviceName>,
    os: Option<words::DeviceName>,
    metadata: Option<words::Metadata>,
}

/// A device that is still there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `heartbeat` reads")]
pub(super) struct HeartbeatRequest {
    key: words::LicenseKey,
    fingerprint: words::Fingerprint,
}

/// A device that gives its slot back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `deactivate` reads")]
#[serde(untagged)]
pub(super) enum DeactivateRequest {
    ByFingerprint(HeartbeatRequest),
    ById(DeviceById),
}

/// A device by what `/v1/activate` called it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `deactivate` reads")]
#[schema(rename_all = "camelCase")]
pub(super) struct DeviceById {
    key: words::LicenseKey,
    activation_id: words::ActivationId,
}

/// Whether a device has a slot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceActivated {
    pub(super) valid: bool,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::NoSlotReason>)]
    pub(super) reason: Option<&'static str>,
    /// Names the device from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::ActivationId>)]
    pub(super) activation_id: Option<ActivationId>,
    /// Of a license that is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) activations: Option<SlotsInUse>,
}

/// Whether a device that called has a slot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceHeard {
    pub(super) ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::UnheardReason>)]
    pub(super) reason: Option<&'static str>,
    /// When it called: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<words::Time>)]
    pub(super) last_seen_at: Option<String>,
}

/// Whether a device had a slot.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceDeactivated {
    pub(super) deactivated: bool,
}
