//! Stripe accounts, and the tenants that they are linked to.

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// A Stripe account in one mode. The same account may be linked in each mode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccountRef {
    /// The mode in which the account is used.
    pub mode: Mode,
    /// Stripe's id of the account.
    pub account: StripeAccountId,
}

impl AccountRef {
    /// The account behind the endpoints that a tenant set itself, manual or by a restricted key. What is
    /// sold there is known by tenant and mode, since a manual endpoint does not tell its account.
    pub fn own(tenant: &TenantId, mode: Mode) -> Self {
        Self {
            mode,
            account: StripeAccountId::own(tenant, mode),
        }
    }
}

/// The link from a Stripe account to the tenant that its events belong to. The link outlives a
/// disconnect, so that what was bought before is still minted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccountLink {
    /// The linked account.
    pub account: AccountRef,
    /// The tenant that the account belongs to, or last belonged to.
    pub tenant: TenantId,
    /// Whether the tenant sells on the account now.
    pub active: bool,
    /// When the account was linked.
    pub linked_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}
