//! One OAuth round with Stripe.

use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// One OAuth round: its `state` parameter is used once and bound to a tenant and a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthRound {
    /// The hash of the `state` parameter, which is never stored itself.
    pub state: SecretHash,
    /// The tenant that connects.
    pub tenant: TenantId,
    /// The mode in which the tenant connects.
    pub mode: Mode,
    /// Until when the round may be completed.
    pub expires_at: Timestamp,
    /// Whether the state was used.
    pub used: bool,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}
