//! Moving a license's end away.

use thiserror::Error;

use crate::base::time::Timestamp;
use crate::model::licenses::standing::Standing;
use crate::model::licenses::term::Term;

/// Why a license's end was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CannotExtend {
    /// It ended for good.
    #[error("the license is revoked already")]
    Revoked,
    /// It has no end.
    #[error("the license never ends")]
    IsLifetime,
    /// It would end no later than it does, or than now.
    #[error("the duration ends at {until}, which is not later than {from}")]
    NotLater {
        /// The end that was asked for.
        until: Timestamp,
        /// The later of now and its end.
        from: Timestamp,
    },
}

impl Standing {
    /// Moves the end of the license away; nothing ever brings it nearer.
    ///
    /// Days count from its end, or from now if that is past: who renews early loses none, and who
    /// renews late pays for none that are over. A date is taken as it is, if it is later than
    /// both. `lifetime` takes the end away. Holds stay as they are.
    pub fn extend(&mut self, by: Term, now: Timestamp) -> Result<(), CannotExtend> {
        if self.revocation.is_some() {
            return Err(CannotExtend::Revoked);
        }
        let end = self.expires_at.ok_or(CannotExtend::IsLifetime)?;
        let from = end.max(now);
        let not_later = |until| CannotExtend::NotLater { until, from };
        let until = by.expires_at(from).map_err(|past| not_later(past.until))?;
        // At the end of time, days add nothing.
        if let Some(until) = until.filter(|until| *until <= from) {
            return Err(not_later(until));
        }
        self.expires_at = until;
        Ok(())
    }
}
