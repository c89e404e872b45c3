//! Why a license ended for good.

use std::fmt;

use thiserror::Error;

use crate::base::time::Timestamp;

/// Why a license was revoked; an earlier variant outranks a later one. Written in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevocationReason {
    /// The seller did it.
    Admin,
    /// The payment was refunded in full.
    Refund,
    /// A dispute over the payment was lost.
    Dispute,
}

/// The text is no reason of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the reason of a revocation is `admin`, `refund` or `dispute`")]
pub struct InvalidRevocationReason;

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Refund, Self::Dispute];

    /// Reads `admin`, `refund` or `dispute`.
    pub fn parse(text: &str) -> Result<Self, InvalidRevocationReason> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or(InvalidRevocationReason)
    }

    /// `admin`, `refund` or `dispute`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// That a license was revoked: why, and when that happened (not when it was heard of).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revocation {
    reason: RevocationReason,
    at: Timestamp,
}

impl Revocation {
    /// Revoked for a reason, at an instant.
    pub const fn new(reason: RevocationReason, at: Timestamp) -> Self {
        Self { reason, at }
    }

    /// Why.
    pub const fn reason(self) -> RevocationReason {
        self.reason
    }

    /// When.
    pub const fn at(self) -> Timestamp {
        self.at
    }

    /// Which of two stays: an admin's, else the earlier, else by the order of the reasons. It is
    /// the lesser in a total order, hence the same whichever was heard first.
    pub(super) fn join(self, other: Self) -> Self {
        let rank = |it: Self| (it.reason != RevocationReason::Admin, it.at, it.reason);
        if rank(other) < rank(self) {
            other
        } else {
            self
        }
    }
}
