//! API keys, which sign or identify calls to `/v1/issue`, `/v1/validate` and similar routes.

use std::time::Duration;

use crate::base::id::ApiKeyId;
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::access::credential::{Credential, KeyKind};

/// An API key of one product in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ApiKey {
    /// Public id, which callers send with each call.
    pub id: ApiKeyId,
    /// The tenant that owns the key.
    pub tenant: TenantId,
    /// The product that the key gives access to.
    pub product: ProductId,
    /// The mode that the key gives access to.
    pub mode: Mode,
    /// How calls are authenticated, which also determines what they may do.
    pub credential: Credential,
    /// When the key was created.
    pub created_at: Timestamp,
    /// From when on the key is refused; in the future while a rotation gives callers time to
    /// replace the key.
    pub revoked_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl ApiKey {
    /// Whether the key is accepted at `now`: it is not revoked, or will be revoked later.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none_or(|end| now < end)
    }

    /// Since when the key is refused; `None` while the key is accepted.
    pub fn refused_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.revoked_at.filter(|_| !self.is_good(now))
    }

    /// Until when the key is accepted beside the key that replaces it; `None` for a key without an
    /// end, and for a key that is refused.
    pub fn accepted_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.revoked_at.filter(|_| self.is_good(now))
    }

    /// The kind of key that was created.
    pub fn kind(&self) -> KeyKind {
        self.credential.kind()
    }
}

/// How long a rotated key remains valid beside the new one: up to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap(Duration);

/// The number of seconds is not a valid [`Overlap`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of seconds from 0 to {max}", max = Overlap::MAX_SECONDS)]
pub struct InvalidOverlap;

impl Overlap {
    /// The longest overlap, in seconds: 30 days.
    pub const MAX_SECONDS: u32 = 30 * 24 * 60 * 60;

    /// An overlap in seconds. With 0, the old key is refused at once.
    pub fn from_seconds(seconds: u32) -> Result<Self, InvalidOverlap> {
        if seconds > Self::MAX_SECONDS {
            return Err(InvalidOverlap);
        }
        Ok(Self(Duration::from_secs(u64::from(seconds))))
    }

    /// Reads a number of seconds.
    pub fn parse(text: &str) -> Result<Self, InvalidOverlap> {
        let seconds = text.parse().map_err(|_| InvalidOverlap)?;
        Self::from_seconds(seconds)
    }

    /// The overlap as a duration.
    pub fn duration(self) -> Duration {
        self.0
    }
}

/// The default overlap is one day.
impl Default for Overlap {
    fn default() -> Self {
        Self(Duration::from_hours(24))
    }
}

/// Generates the secret of a new key: `aks_` and 256 random bits in hex.
pub fn new_secret(random: [u8; 32]) -> Secret {
    Secret::new(format!("aks_{}", data_encoding::HEXLOWER.encode(&random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_good_until_the_moment_of_its_end() {
        let at = Timestamp::from_micros;
        for (revoked_at, good) in [
            (None, [true, true, true]),
            (Some(at(10)), [true, false, false]),
            (Some(at(0)), [false, false, false]),
        ] {
            let key = ApiKey {
                id: ApiKeyId::publishable(Mode::Live, [9; 12]),
                tenant: TenantId::parse("acme").expect("a slug"),
                product: ProductId::parse("pro").expect("a slug"),
                mode: Mode::Live,
                credential: Credential::Publishable,
                created_at: at(0),
                revoked_at,
                version: 1,
            };
            assert_eq!([9, 10, 11].map(|now| key.is_good(at(now))), good);
        }
    }

    #[test]
    fn an_overlap_is_a_whole_number_of_seconds_of_at_most_thirty_days() {
        for (text, seconds) in [("0", 0), ("1", 1), ("2592000", 2_592_000)] {
            let overlap = Overlap::parse(text).map(|overlap| overlap.duration().as_secs());
            assert_eq!(overlap, Ok(seconds));
        }
        for text in ["", "-1", "2592001", "4294967296", "1.5", "1h"] {
            assert_eq!(Overlap::parse(text), Err(InvalidOverlap), "{text}");
        }
        assert_eq!(Overlap::default().duration().as_secs(), 86_400);
    }
}
