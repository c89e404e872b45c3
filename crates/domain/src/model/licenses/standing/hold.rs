//! Holds, which freeze a license until they are released.

use std::fmt;

use thiserror::Error;

/// The cause of a hold, written `admin`, `dispute:<id>`, `invoice:<id>` or `subscription:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldCause {
    /// The seller froze the license.
    Admin,
    /// A dispute over the payment, by Stripe's id.
    Dispute(String),
    /// An unpaid invoice, by Stripe's id.
    UnpaidInvoice(String),
    /// A paused subscription, by Stripe's id.
    Subscription(String),
}

/// The status of a cause. When two statuses of a cause are merged, the greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum HoldStatus {
    /// The cause holds the license.
    Held,
    /// The cause is settled. The entry is kept, so that a hold that arrives late changes nothing.
    Released,
}

/// The text is not the cause of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cause of a hold is `admin`, `dispute:<id>`, `invoice:<id>` or `subscription:<id>`")]
pub struct InvalidHoldCause;

impl HoldCause {
    /// Reads the text that `Display` writes.
    pub fn parse(text: &str) -> Result<Self, InvalidHoldCause> {
        match text.split_once(':') {
            None if text == "admin" => Ok(Self::Admin),
            Some(("dispute", id)) if !id.is_empty() => Ok(Self::Dispute(id.to_owned())),
            Some(("invoice", id)) if !id.is_empty() => Ok(Self::UnpaidInvoice(id.to_owned())),
            Some(("subscription", id)) if !id.is_empty() => Ok(Self::Subscription(id.to_owned())),
            _ => Err(InvalidHoldCause),
        }
    }

    /// Whether the hold follows events that arrive in any order, so that a release is final. The
    /// seller's hold follows commands, and that of a dispute follows the payment; both are applied in
    /// order.
    pub(super) const fn is_joined(&self) -> bool {
        matches!(self, Self::UnpaidInvoice(_))
    }
}

impl fmt::Display for HoldCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin"),
            Self::Dispute(id) => write!(f, "dispute:{id}"),
            Self::UnpaidInvoice(id) => write!(f, "invoice:{id}"),
            Self::Subscription(id) => write!(f, "subscription:{id}"),
        }
    }
}
