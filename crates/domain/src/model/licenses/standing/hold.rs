//! Why a license is held.

use std::fmt;

use thiserror::Error;

/// Why a license is held. Written `admin`, `dispute:<id>`, `invoice:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldCause {
    /// The seller froze it.
    Admin,
    /// Stripe's id of a dispute over its payment.
    Dispute(String),
    /// Stripe's id of an invoice that was not paid.
    UnpaidInvoice(String),
}

/// How a cause stands; the later rank wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldStatus {
    /// It holds the license.
    Held,
    /// It is settled; kept, so that a hold which arrives late changes nothing.
    Released,
}

/// The text is no cause of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cause of a hold is `admin`, `dispute:<id>` or `invoice:<id>`")]
pub struct InvalidHoldCause;

impl HoldCause {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Result<Self, InvalidHoldCause> {
        match text.split_once(':') {
            None if text == "admin" => Ok(Self::Admin),
            Some(("dispute", id)) if !id.is_empty() => Ok(Self::Dispute(id.to_owned())),
            Some(("invoice", id)) if !id.is_empty() => Ok(Self::UnpaidInvoice(id.to_owned())),
            _ => Err(InvalidHoldCause),
        }
    }

    /// Whether it follows commands in their order, and not news in any.
    pub(super) const fn is_command(&self) -> bool {
        matches!(self, Self::Admin)
    }
}

impl fmt::Display for HoldCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin"),
            Self::Dispute(id) => write!(f, "dispute:{id}"),
            Self::UnpaidInvoice(id) => write!(f, "invoice:{id}"),
        }
    }
}
