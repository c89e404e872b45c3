//! Times of last use.

use std::collections::HashMap;

use crate::base::id::{ApiKeyId, LicenseId, TokenId};
use crate::base::time::Timestamp;
use crate::model::licenses::activation::Fingerprint;
use crate::model::stripe::account::AccountRef;
use crate::ports::store_error::StoreError;

/// An object whose last use is recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeenTarget {
    /// An API key, which is seen with each call that it signed.
    ApiKey(ApiKeyId),
    /// A management token, which is seen with each call that it authenticated.
    Token(TokenId),
    /// A Stripe account, which is seen with each event that is received from it.
    Account(AccountRef),
    /// An activation, which is seen when its device validates the license.
    Device(LicenseId, Fingerprint),
}

/// Records when API keys, management tokens and activations were last seen.
pub trait LastSeen {
    /// Records many times at once. A time never moves back
    /// (`last_seen_only_moves_forward`). Keys, tokens and activations that do not exist, and
    /// released activations, are skipped (`unknown_and_released_targets_are_left_out`). Versions do not change,
    /// so that no concurrent commit is refused (`recording_last_seen_refuses_no_change`). Callers pass at
    /// most 1 000 entries.
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError>;

    /// When each of these API keys was last used. Keys that were never used are missing.
    fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError>;
}
