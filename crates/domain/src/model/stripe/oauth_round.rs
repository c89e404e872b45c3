//! One round of OAuth with Stripe.

use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// The single-use state of one OAuth round, bound to tenant and mode; kept as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthRound {
    /// The hash of the `state` parameter.
    pub state: SecretHash,
    /// For whom.
    pub tenant: TenantId,
    /// To which mode.
    pub mode: Mode,
    /// Until when it may be finished.
    pub expires_at: Timestamp,
    /// Whether it was.
    pub used: bool,
    /// Counts changes.
    pub version: u64,
}
