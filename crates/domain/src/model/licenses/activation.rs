//! Activations: the devices on which licenses are in use.

use crate::base::id::{ActivationId, LicenseId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::text_newtype::text_newtype;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;

text_newtype! {
    /// The identifier that a device sends with every call: 1 to 256 bytes without NUL. Case and
    /// spaces are significant.
    pub struct Fingerprint;

    /// The text is not a [`Fingerprint`].
    #[error("must have 1 to 256 bytes and no NUL")]
    pub struct InvalidFingerprint;

    parse: |text| {
        let is_valid = (1..=256).contains(&text.len()) && !text.contains('\0');
        is_valid.then(|| text.to_owned())
    };
}

/// A hostname, or the name of an operating system.
pub type DeviceText = Text<255>;

/// The description that a device sends of itself. Fields that it did not send are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The identifier of the device among those of the same license.
    pub fingerprint: Fingerprint,
    /// The device's name in its network.
    pub hostname: Option<DeviceText>,
    /// The device's operating system.
    pub os: Option<DeviceText>,
    /// Free-form metadata.
    pub metadata: Option<Metadata>,
}

/// A license on one device. There is one activation for each license and fingerprint. It counts
/// towards the license's activation limit while it is active, and is kept when it is released.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Activation {
    /// Public id of the activation.
    pub id: ActivationId,
    /// The activated license.
    pub license: LicenseId,
    /// The tenant that owns the license.
    pub tenant: TenantId,
    /// The license's mode.
    pub mode: Mode,
    /// The identifier of the device.
    pub fingerprint: Fingerprint,
    /// The device's name in its network, if the device sent one.
    pub hostname: Option<DeviceText>,
    /// The device's operating system, if the device sent one.
    pub os: Option<DeviceText>,
    /// Free-form metadata.
    pub metadata: Metadata,
    /// When the device was first activated.
    pub first_seen: Timestamp,
    /// When the device last called.
    pub last_seen: Timestamp,
    /// When the activation was released; `None` while it is active.
    pub released_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl Activation {
    /// A new activation of a license on a device.
    pub fn new(id: ActivationId, license: &License, device: &Device, now: Timestamp) -> Self {
        Self {
            id,
            license: license.id.clone(),
            tenant: license.tenant.clone(),
            mode: license.mode,
            fingerprint: device.fingerprint.clone(),
            hostname: device.hostname.clone(),
            os: device.os.clone(),
            metadata: device.metadata.clone().unwrap_or_default(),
            first_seen: now,
            last_seen: now,
            released_at: None,
            version: 0,
        }
    }

    /// Whether the activation counts towards the license's limit.
    pub fn is_active(&self) -> bool {
        self.released_at.is_none()
    }

    /// Copies the fields that the device sent; the others stay. Returns whether anything changed.
    pub fn update_from(&mut self, device: &Device) -> bool {
        let mut changed = false;
        for (stored, sent) in [
            (&mut self.hostname, &device.hostname),
            (&mut self.os, &device.os),
        ] {
            if sent.is_some() && stored != sent {
                stored.clone_from(sent);
                changed = true;
            }
        }
        if let Some(sent) = &device.metadata
            && self.metadata != *sent
        {
            self.metadata.clone_from(sent);
            changed = true;
        }
        changed
    }

    /// Records a call of the device. Calls that are processed out of order never move the time
    /// back.
    pub fn seen(&mut self, now: Timestamp) {
        self.last_seen = self.last_seen.max(now);
    }

    /// Releases the activation. Returns whether it was active.
    pub fn release(&mut self, now: Timestamp) -> bool {
        let was_active = self.is_active();
        if was_active {
            self.released_at = Some(now);
        }
        was_active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_1_to_256_bytes() {
        for (text, good) in [
            (String::new(), false),
            ("a".repeat(256), true),
            ("a".repeat(257), false),
            ("é".repeat(128), true),
            ("é".repeat(129), false),
            (" A\n".to_owned(), true),
            ("a\0".to_owned(), false),
        ] {
            let parsed = Fingerprint::parse(&text);
            assert_eq!(
                parsed.map(|fingerprint| fingerprint.as_str() == text),
                good.then_some(true).ok_or(InvalidFingerprint)
            );
        }
    }
}
