//! The standing of a license, from which its state follows. Facts about it may arrive in any order.
//!
//! Stripe sends events late, repeatedly and out of order. So a [`Standing`] stores no "last event".
//!
//! - An unpaid invoice goes from *held* to *released* and never back: merging an event takes the
//!   maximum, which depends neither on order nor on repetition. The release is kept, so that a hold
//!   that arrives later changes nothing.
//! - Disputes and refunds follow the payment ([`Standing::follow_payment`]), which knows the status of
//!   each: an open dispute holds, a lost one and a full refund revoke, and what is undone gives back.
//! - A revocation by the seller is never undone.
//! - The seller's own hold follows commands, which are applied in order under the license's
//!   version, so that it can be set and released repeatedly. So do extensions of the term.

mod extension;
mod hold;
mod lapse;
mod pending;
mod revocation;

use std::collections::BTreeMap;

use crate::base::change::Change;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::licenses::term::Days;

pub use crate::model::licenses::standing::extension::CannotExtend;
pub use crate::model::licenses::standing::hold::{HoldCause, HoldStatus, InvalidHoldCause};
pub use crate::model::licenses::standing::lapse::Lapse;
pub use crate::model::licenses::standing::revocation::{
    InvalidRevocationReason, Revocation, RevocationReason,
};

/// Everything that the state of a license depends on, except the current time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Standing {
    expires_at: Option<Timestamp>,
    revocation: Option<Revocation>,
    holds: BTreeMap<HoldCause, HoldStatus>,
    /// The term that starts at the first activation, while there was none.
    pending_term: Option<Days>,
    lapse: Option<Lapse>,
}

text_enum! {
    /// The state of a license.
    pub enum State {
        /// The license is valid.
        Active = "ACTIVE",
        /// One or more causes hold the license; it becomes active when the last is released.
        Frozen = "FROZEN",
        /// The term is over.
        Expired = "EXPIRED",
        /// The license is revoked.
        Revoked = "REVOKED",
    }

    /// The text is not the state of a license.
    #[error("the state of a license is `ACTIVE`, `FROZEN`, `EXPIRED` or `REVOKED`")]
    pub struct UnknownState;
}

impl Standing {
    /// The standing of a new license that expires at `expires_at`, or never.
    pub fn new(expires_at: Option<Timestamp>) -> Self {
        Self {
            expires_at,
            ..Self::default()
        }
    }

    /// A standing that was stored.
    pub fn from_parts(
        expires_at: Option<Timestamp>,
        revocation: Option<Revocation>,
        holds: impl IntoIterator<Item = (HoldCause, HoldStatus)>,
    ) -> Self {
        Self {
            expires_at,
            revocation,
            holds: holds.into_iter().collect(),
            pending_term: None,
            lapse: None,
        }
    }

    /// When the license expires; `None` if it never does, or if its term has not started.
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The revocation, if the license is revoked.
    pub const fn revocation(&self) -> Option<Revocation> {
        self.revocation
    }

    /// Every cause with its status, including released causes, to be stored.
    pub fn holds(&self) -> impl Iterator<Item = (&HoldCause, HoldStatus)> {
        self.holds.iter().map(|(cause, status)| (cause, *status))
    }

    /// The causes that hold the license now.
    pub fn held_by(&self) -> impl Iterator<Item = &HoldCause> {
        let held = |(cause, status)| (status == HoldStatus::Held).then_some(cause);
        self.holds().filter_map(held)
    }

    /// The state of the license at `now`.
    ///
    /// `REVOKED` outranks all. A lapse outranks `EXPIRED`, since paying its invoice reactivates the
    /// license whatever the term says. `EXPIRED` outranks the other holds: releasing them does not
    /// reactivate an expired license. A license is expired from the instant of its end on.
    pub fn state(&self, now: Timestamp) -> State {
        if self.revocation.is_some() {
            State::Revoked
        } else if self.lapsed(now).is_some() {
            State::Frozen
        } else if self.expires_at.is_some_and(|end| end <= now) {
            State::Expired
        } else if self.held_by().next().is_some() {
            State::Frozen
        } else {
            State::Active
        }
    }

    /// Revokes the license. Of several revocations an admin's is kept, else that of a dispute, else
    /// the earliest, so that neither depends on refunds. Returns whether anything changed.
    pub fn revoke(&mut self, reason: RevocationReason, at: Timestamp) -> bool {
        let new = Revocation::new(reason, at);
        let kept = self.revocation.map_or(new, |old| old.join(new));
        self.revocation.replace(kept) != Some(kept)
    }

    /// Follows a payment that paid for the license. `disputes` are the ids of the payment's disputes, with
    /// whether each is open. `revocation` says what the payment says of a revocation: a reason, none any
    /// more (`Clear`), or nothing (`Keep`). What the seller did stays. Returns whether anything changed.
    pub fn follow_payment<'a>(
        &mut self,
        disputes: impl IntoIterator<Item = (&'a str, bool)>,
        revocation: Change<RevocationReason>,
        now: Timestamp,
    ) -> bool {
        let before = self.clone();
        for (id, is_open) in disputes {
            let cause = HoldCause::Dispute(id.to_owned());
            let is_known = self.holds.contains_key(&cause);
            match is_open {
                true => drop(self.hold(cause)),
                false if is_known => drop(self.release(cause)),
                false => {}
            }
        }
        let of_payment = |it: &Revocation| it.reason() != RevocationReason::Admin;
        match (self.revocation, revocation) {
            (Some(old), Change::Set(reason)) if of_payment(&old) && old.reason() != reason => {
                self.revocation = Some(Revocation::new(reason, now));
            }
            (None, Change::Set(reason)) => self.revocation = Some(Revocation::new(reason, now)),
            (Some(old), Change::Clear) if of_payment(&old) => self.revocation = None,
            _ => {}
        }
        *self != before
    }

    /// Undoes a revocation for a refund, because the refund failed or was cancelled. Returns whether
    /// anything changed.
    pub fn undo_refund(&mut self) -> bool {
        let is_refund = |it: &mut Revocation| it.reason() == RevocationReason::Refund;
        self.revocation.take_if(is_refund).is_some()
    }

    /// Holds the license for a cause, unless the cause is already settled. Returns whether anything
    /// changed.
    pub fn hold(&mut self, cause: HoldCause) -> bool {
        self.merge(cause, HoldStatus::Held)
    }

    /// Settles a cause, even if its hold has not been received yet. Never undoes a revocation.
    /// Returns whether anything changed.
    pub fn release(&mut self, cause: HoldCause) -> bool {
        self.merge(cause, HoldStatus::Released)
    }

    fn merge(&mut self, cause: HoldCause, status: HoldStatus) -> bool {
        let stored = self.holds.get(&cause).copied();
        let merged = match stored {
            Some(stored) if cause.is_joined() => stored.max(status),
            _ => status,
        };
        self.holds.insert(cause, merged);
        stored != Some(merged)
    }
}

#[cfg(test)]
mod tests;
