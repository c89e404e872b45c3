//! Terms that start at the first activation.

use crate::base::time::Timestamp;
use crate::model::licenses::standing::{CannotExtend, Standing};
use crate::model::licenses::term::{Days, Term, TermIsPast};

impl Standing {
    /// This standing with a term that starts at the first activation.
    #[must_use]
    pub fn with_pending_term(mut self, days: Option<Days>) -> Self {
        self.pending_term = days;
        self
    }

    /// The term that starts at the first activation; `None` if it has started, or if the term does not
    /// depend on an activation.
    pub const fn pending_term(&self) -> Option<Days> {
        self.pending_term
    }

    /// Starts the term, because the license is activated at `now`. Returns whether anything changed: only
    /// the first activation starts a term.
    pub fn start_term(&mut self, now: Timestamp) -> bool {
        let Some(days) = self.pending_term.take() else {
            return false;
        };
        self.expires_at = Some(days.after(now));
        true
    }

    /// Extends a term that has not started: days are added to it, and anything else replaces it.
    pub(super) fn extend_pending(
        &mut self,
        pending: Days,
        by: Term,
        now: Timestamp,
    ) -> Result<(), CannotExtend> {
        if let Term::Days(more) = by {
            self.pending_term = Some(pending.plus(more));
            return Ok(());
        }
        let not_later = |past: TermIsPast| CannotExtend::NotLater {
            until: past.until,
            from: now,
        };
        self.expires_at = by.expires_at(now).map_err(not_later)?;
        self.pending_term = None;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::model::licenses::standing::State;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn pending(days: &str) -> Standing {
        Standing::new(None).with_pending_term(Some(Days::parse(days).unwrap()))
    }

    #[test]
    fn a_license_is_active_without_an_end_until_its_first_activation_starts_the_term() {
        let mut standing = pending("30d");
        let first = at("2027-03-01T00:00:00Z");
        assert_eq!(standing.state(first), State::Active);
        assert_eq!(standing.expires_at(), None);
        assert!(standing.start_term(first));
        assert!(!standing.start_term(at("2027-03-09T00:00:00Z")));
        let end = at("2027-03-31T00:00:00Z");
        assert_eq!(standing.expires_at(), Some(end));
        assert_eq!(standing.state(end), State::Expired);
    }

    #[test]
    fn a_term_that_has_not_started_gets_longer_by_days_and_is_replaced_by_a_date() {
        let now = at("2027-03-01T00:00:00Z");
        for (by, pending_term, expires_at) in [
            ("10d", Some("40d"), None),
            ("lifetime", None, None),
            ("2027-06-01", None, Some("2027-06-01")),
        ] {
            let mut standing = pending("30d");
            let extended = standing.extend(Term::parse(by).unwrap(), now);
            assert_eq!(extended, Ok(()), "{by}");
            let days = pending_term.map(|days| Days::parse(days).unwrap());
            assert_eq!(standing.pending_term(), days, "{by}");
            assert_eq!(standing.expires_at(), expires_at.map(at), "{by}");
        }
        let past = at("2027-01-01");
        let refused = pending("30d").extend(Term::Until(past), now);
        let not_later = CannotExtend::NotLater {
            until: past,
            from: now,
        };
        assert_eq!(refused, Err(not_later));
    }
}
