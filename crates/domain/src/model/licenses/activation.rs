//! Activations: the devices that a license runs on.

use crate::base::id::{ActivationId, LicenseId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;

/// What a device calls itself: 1 to 256 bytes without NUL, the same each time it calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

/// A text that is no [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 256 bytes and no NUL")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// Takes a fingerprint as it is: case and spaces count.
    pub fn parse(text: &str) -> Result<Self, InvalidFingerprint> {
        match text.len() {
            1..=256 if !text.contains('\0') => Ok(Self(text.to_owned())),
            _ => Err(InvalidFingerprint),
        }
    }

    /// The fingerprint as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A hostname, or the name of an operating system.
pub type DeviceText = Text<255>;

/// A device as it describes itself. What is `None` is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What tells it from the license's other devices.
    pub fingerprint: Fingerprint,
    /// Its name in its network.
    pub hostname: Option<DeviceText>,
    /// Its operating system.
    pub os: Option<DeviceText>,
    /// Free-form facts.
    pub metadata: Option<Metadata>,
}

/// A device on a license. A license has one for each fingerprint; it takes one of the license's
/// slots while it is active, and stays known when it is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// Its id.
    pub id: ActivationId,
    /// On which license.
    pub license: LicenseId,
    /// Whose license that is.
    pub tenant: TenantId,
    /// The license's mode.
    pub mode: Mode,
    /// Which device of the license.
    pub fingerprint: Fingerprint,
    /// Its name in its network, if it told one.
    pub hostname: Option<DeviceText>,
    /// Its operating system, if it told one.
    pub os: Option<DeviceText>,
    /// Free-form facts.
    pub metadata: Metadata,
    /// When it was first activated.
    pub first_seen: Timestamp,
    /// When it last called.
    pub last_seen: Timestamp,
    /// Since when it takes no slot; `None` while it is active.
    pub released_at: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}

impl Activation {
    /// A device that is seen for the first time.
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

    /// Whether it takes a slot.
    pub fn is_active(&self) -> bool {
        self.released_at.is_none()
    }

    /// Takes over what the device tells of itself; what it does not tell stays. Says whether that
    /// was news.
    pub fn learn(&mut self, device: &Device) -> bool {
        let mut news = false;
        for (known, told) in [
            (&mut self.hostname, &device.hostname),
            (&mut self.os, &device.os),
        ] {
            if told.is_some() && known != told {
                known.clone_from(told);
                news = true;
            }
        }
        if let Some(told) = &device.metadata
            && self.metadata != *told
        {
            self.metadata.clone_from(told);
            news = true;
        }
        news
    }

    /// Notes that it called; calls that overtake each other turn no time back.
    pub fn seen(&mut self, now: Timestamp) {
        self.last_seen = self.last_seen.max(now);
    }

    /// Gives its slot back. Says whether it had one.
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
                parsed.map(|it| it.as_str() == text),
                good.then_some(true).ok_or(InvalidFingerprint)
            );
        }
    }
}
