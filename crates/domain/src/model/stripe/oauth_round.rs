//! One OAuth round with Stripe.

use crate::base::id::TokenId;
use crate::base::mode::Mode;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// One OAuth round: its `state` parameter is used once and bound to a tenant, a mode and a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OAuthRound {
    /// The hash of the round's key, which is a part of the `state` parameter and is never stored itself.
    pub state: SecretHash,
    /// The tenant that connects.
    pub tenant: TenantId,
    /// The mode in which the tenant connects.
    pub mode: Mode,
    /// Until when the round may be completed.
    pub expires_at: Timestamp,
    /// Whether the state was used.
    pub used: bool,
    /// The token that began the round; `None` for a round of an older version.
    pub begun_by: Option<TokenId>,
    /// The hash of the secret of the browser in which the round was completed.
    pub browser: Option<SecretHash>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl OAuthRound {
    /// Whether the round may be completed.
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.used && now < self.expires_at
    }

    /// Whether the account was linked in the browser with this secret.
    pub fn is_completed_by(&self, browser: &Secret) -> bool {
        self.browser
            .is_some_and(|hash| hash.matches(browser.expose()))
    }
}
