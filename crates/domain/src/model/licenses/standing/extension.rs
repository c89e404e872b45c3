//! Extending a license.

use thiserror::Error;

use crate::base::time::Timestamp;
use crate::model::licenses::standing::Standing;
use crate::model::licenses::term::Term;

/// Why a license cannot be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotExtend {
    /// The license is revoked.
    #[error("the license is revoked already")]
    Revoked,
    /// The license never expires.
    #[error("the license never expires")]
    IsLifetime,
    /// The new end is not later than the current end, or not later than now.
    #[error("the duration ends at {until}, which is not later than {from}")]
    NotLater {
        /// The requested end.
        until: Timestamp,
        /// The later of now and the current end.
        from: Timestamp,
    },
}

impl Standing {
    /// Moves the end of the license to a later instant; no operation moves it to an earlier one.
    ///
    /// Days count from the current end, or from now if that is past: a customer who renews early
    /// loses no days, and one who renews late pays for no days that have passed. A date becomes the
    /// end if it is later than both. `lifetime` removes the end. Holds do not change. A term that has not
    /// started gets longer by days, and is replaced by a date or by `lifetime`.
    pub fn extend(&mut self, by: Term, now: Timestamp) -> Result<(), CannotExtend> {
        if self.revocation.is_some() {
            return Err(CannotExtend::Revoked);
        }
        if let Some(days) = self.pending_term {
            return self.extend_pending(days, by, now);
        }
        let end = self.expires_at.ok_or(CannotExtend::IsLifetime)?;
        let from = end.max(now);
        let not_later = |until| CannotExtend::NotLater { until, from };
        let until = by.expires_at(from).map_err(|past| not_later(past.until))?;
        // In the year 9999, adding days changes nothing.
        if let Some(until) = until.filter(|until| *until <= from) {
            return Err(not_later(until));
        }
        self.expires_at = until;
        Ok(())
    }
}
