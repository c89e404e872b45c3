//! Revocations, which end a license.

use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;

text_enum! {
    /// Why a license was revoked. An earlier variant outranks a later one, so that a reason that can
    /// be undone never hides one that cannot.
    pub enum RevocationReason {
        /// The seller revoked the license.
        Admin = "admin",
        /// The seller lost a dispute over the payment. Undone if the dispute is reopened or won.
        Dispute = "dispute",
        /// The payment was refunded in full. Undone if the refund fails.
        Refund = "refund",
    }

    /// The text is not the reason of a revocation.
    #[error("the reason of a revocation is `admin`, `refund` or `dispute`")]
    pub struct InvalidRevocationReason;
}

/// The revocation of a license: its reason, and when it happened (not when it was received).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Revocation {
    reason: RevocationReason,
    at: Timestamp,
}

impl Revocation {
    /// A revocation for a reason, at an instant.
    pub const fn new(reason: RevocationReason, at: Timestamp) -> Self {
        Self { reason, at }
    }

    /// Why the license was revoked.
    pub const fn reason(self) -> RevocationReason {
        self.reason
    }

    /// When the license was revoked.
    pub const fn at(self) -> Timestamp {
        self.at
    }

    /// The revocation of the two that is kept: by the order of the reasons, else the earlier. It is
    /// the minimum of a total order, so the order of arrival does not matter.
    pub(super) fn join(self, other: Self) -> Self {
        let rank = |revocation: Self| (revocation.reason, revocation.at);
        if rank(other) < rank(self) {
            other
        } else {
            self
        }
    }
}
