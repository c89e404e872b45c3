//! Stripe accounts, and the tenant that each is linked to.

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// An account in a mode: one Stripe account may be linked in each.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountRef {
    /// In which mode.
    pub mode: Mode,
    /// Which account.
    pub account: StripeAccountId,
}

/// Which tenant news from a Stripe account belongs to. A former account stays linked, so that
/// what was bought before is still minted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLink {
    /// Which account, in which mode.
    pub account: AccountRef,
    /// The tenant it belongs to, or last belonged to.
    pub tenant: TenantId,
    /// Whether it is the tenant's account now.
    pub active: bool,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}
