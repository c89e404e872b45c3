use std::collections::HashMap;

use crate::base::id::{ApiKeyId, LicenseId};
use crate::base::time::Timestamp;
use crate::model::licenses::activation::Fingerprint;
use crate::ports::store_error::StoreError;

/// What is seen at work again and again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeenTarget {
    /// An API key, by a call that it signed.
    ApiKey(ApiKeyId),
    /// A device, by asking whether its license is good.
    Device(LicenseId, Fingerprint),
}

/// Keeps when things were last seen.
pub trait LastSeen {
    /// Notes many last_seen at once. Times only ever move forward
    /// (`a_sighting_moves_a_time_forward_only`); a key or device that is not there, or is released,
    /// is left out (`what_is_not_there_is_not_seen`); no version is counted, so that no change of
    /// somebody else is refused (`a_sighting_disturbs_no_change`). A caller gives a thousand at a
    /// time at most.
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError>;

    /// When each of these API keys was last used; those that never were are missing.
    fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError>;
}
