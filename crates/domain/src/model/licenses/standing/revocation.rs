//! Revocations, which end a license for good.

use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;

text_enum! {
    /// Why a license was revoked. An earlier variant outranks a later one.
    pub enum RevocationReason {
        /// The seller revoked the license.
        Admin = "admin",
        /// The payment was refunded in full.
        Refund = "refund",
        /// The seller lost a dispute over the payment.
        Dispute = "dispute",
    }

    /// The text is not the reason of a revocation.
    #[error("the reason of a revocation is `admin`, `refund` or `dispute`")]
    pub struct InvalidRevocationReason;
}

/// The revocation of a license: its reason, and when it happened (not when it was received).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// The revocation of the two that is kept: an admin's, else the earlier, else by the order of
    /// the reasons. It is the minimum of a total order, so the order of arrival does not matter.
    pub(super) fn join(self, other: Self) -> Self {
        let rank = |revocation: Self| {
            let Self { reason, at } = revocation;
            (reason != RevocationReason::Admin, at, reason)
        };
        if rank(other) < rank(self) {
            other
        } else {
            self
        }
    }
}
