//! What a license is worth at a moment, derived from facts that may arrive in any order.
//!
//! Stripe tells its news late, twice and out of order: a dispute may be won before we hear that it
//! was opened. So a [`Standing`] keeps no "last event" but, for each cause, the most that was ever
//! heard of it, and joining in a piece of news takes a maximum. A maximum does not care for order or
//! repetition; hence neither does the state.
//!
//! - A dispute or an unpaid invoice goes from *held* to *released* and never back: its release is
//!   kept, so that an opening which arrives later finds it settled.
//! - A revocation is never undone. Of two, an admin's stays, else the earlier.
//! - The admin's own hold is no news but a command, given in order and guarded by the license's
//!   version: it may come and go. So is an extension of its term.

mod extension;
mod hold;
mod revocation;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::base::time::Timestamp;

pub use crate::model::licenses::standing::extension::CannotExtend;
pub use crate::model::licenses::standing::hold::{HoldCause, HoldStatus, InvalidHoldCause};
pub use crate::model::licenses::standing::revocation::{
    InvalidRevocationReason, Revocation, RevocationReason,
};

/// All that a license's state depends on, but for the time of day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    expires_at: Option<Timestamp>,
    revocation: Option<Revocation>,
    holds: BTreeMap<HoldCause, HoldStatus>,
}

/// What a license is worth. Written in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Valid.
    Active,
    /// Held for some cause; comes back when the last hold is released.
    Frozen,
    /// Past its term.
    Expired,
    /// Ended for good.
    Revoked,
}

/// The text is no state of a license.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the state of a license is `ACTIVE`, `FROZEN`, `EXPIRED` or `REVOKED`")]
pub struct UnknownState;

/// What was heard of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisputeNews {
    /// The buyer's bank took the money back for now.
    Opened,
    /// The seller keeps the money.
    Won,
    /// The buyer keeps the money.
    Lost,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Frozen, Self::Expired, Self::Revoked];

    /// Reads `ACTIVE`, `FROZEN`, `EXPIRED` or `REVOKED`.
    pub fn parse(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownState)
    }

    /// `ACTIVE`, `FROZEN`, `EXPIRED` or `REVOKED`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Frozen => "FROZEN",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Standing {
    /// The standing of a new license: it expires then, or never.
    pub fn new(expires_at: Option<Timestamp>) -> Self {
        Self {
            expires_at,
            ..Self::default()
        }
    }

    /// A standing as it was stored.
    pub fn from_parts(
        expires_at: Option<Timestamp>,
        revocation: Option<Revocation>,
        holds: impl IntoIterator<Item = (HoldCause, HoldStatus)>,
    ) -> Self {
        Self {
            expires_at,
            revocation,
            holds: holds.into_iter().collect(),
        }
    }

    /// When it expires; `None` for never.
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Why and when it was revoked.
    pub const fn revocation(&self) -> Option<Revocation> {
        self.revocation
    }

    /// Every cause that was ever heard of and how it stands, to be stored.
    pub fn holds(&self) -> impl Iterator<Item = (&HoldCause, HoldStatus)> {
        self.holds.iter().map(|(cause, status)| (cause, *status))
    }

    /// The causes that hold it now.
    pub fn held_by(&self) -> impl Iterator<Item = &HoldCause> {
        let held = |(cause, status)| (status == HoldStatus::Held).then_some(cause);
        self.holds().filter_map(held)
    }

    /// What the license is worth now.
    ///
    /// `REVOKED` before `EXPIRED` before `FROZEN`: the more final word is told. A revocation never
    /// ends; an expired license is not brought back by paying an invoice, so saying `FROZEN` would
    /// promise what a release cannot keep. It expires at the very instant of its term.
    pub fn state(&self, now: Timestamp) -> State {
        if self.revocation.is_some() {
            State::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            State::Expired
        } else if self.held_by().next().is_some() {
            State::Frozen
        } else {
            State::Active
        }
    }

    /// Ends the license for good. Of several revocations an admin's stays, else the earliest, so
    /// that nothing which undoes refunds or disputes could ever undo an admin's. Tells whether
    /// anything changed.
    pub fn revoke(&mut self, reason: RevocationReason, at: Timestamp) -> bool {
        let told = Revocation::new(reason, at);
        let stays = self.revocation.map_or(told, |old| old.join(told));
        self.revocation.replace(stays) != Some(stays)
    }

    /// Holds the license for a cause, unless that cause is already settled. Tells whether anything
    /// changed.
    pub fn hold(&mut self, cause: HoldCause) -> bool {
        self.tell(cause, HoldStatus::Held)
    }

    /// Settles a cause, even one not heard of yet: its hold may still be on its way. Never undoes
    /// a revocation. Tells whether anything changed.
    pub fn release(&mut self, cause: HoldCause) -> bool {
        self.tell(cause, HoldStatus::Released)
    }

    /// Joins in news about the dispute of that id: opened holds, won releases, lost revokes (as of
    /// `at`). Tells whether anything changed.
    pub fn dispute(&mut self, id: &str, news: DisputeNews, at: Timestamp) -> bool {
        let cause = HoldCause::Dispute(id.to_owned());
        match news {
            DisputeNews::Opened => self.hold(cause),
            DisputeNews::Won => self.release(cause),
            DisputeNews::Lost => {
                let settled = self.release(cause);
                self.revoke(RevocationReason::Dispute, at) || settled
            }
        }
    }

    fn tell(&mut self, cause: HoldCause, status: HoldStatus) -> bool {
        let known = self.holds.get(&cause).copied();
        let stays = match known {
            Some(known) if !cause.is_command() => known.max(status),
            _ => status,
        };
        self.holds.insert(cause, stays);
        known != Some(stays)
    }
}

#[cfg(test)]
mod tests;
