//! Lapses: holds of a subscription, which begin at an instant and outrank the term.

use crate::base::time::Timestamp;
use crate::model::licenses::standing::{HoldCause, Standing};

/// A hold for an unpaid invoice or a paused subscription. It begins by itself, so that a license is
/// frozen at the end of its grace without anybody writing it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lapse {
    /// The unpaid invoice or the paused subscription.
    pub cause: HoldCause,
    /// The instant from which the license is frozen.
    pub from: Timestamp,
}

impl Standing {
    /// The lapse, begun or not.
    pub const fn lapse(&self) -> Option<&Lapse> {
        self.lapse.as_ref()
    }

    /// The lapse, if it has begun.
    pub fn lapsed(&self, now: Timestamp) -> Option<&Lapse> {
        self.lapse.as_ref().filter(|lapse| lapse.from <= now)
    }

    /// The causes that hold the license at `now`, with the lapse.
    pub fn held_at(&self, now: Timestamp) -> impl Iterator<Item = &HoldCause> {
        let lapsed = self.lapsed(now).map(|lapse| &lapse.cause);
        self.held_by().chain(lapsed)
    }

    /// The same standing with the end and the lapse that a subscription gives.
    #[must_use]
    pub fn with_subscription(self, expires_at: Option<Timestamp>, lapse: Option<Lapse>) -> Self {
        Self {
            expires_at,
            lapse,
            ..self
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::model::licenses::standing::{RevocationReason, State};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn a_lapse_freezes_from_its_beginning_whatever_the_term_says() {
        let lapse = Lapse {
            cause: HoldCause::UnpaidInvoice("in_1".into()),
            from: at(200),
        };
        let lapsing = Standing::new(None).with_subscription(Some(at(150)), Some(lapse));
        for (now, state) in [
            (149, State::Active),
            (150, State::Expired),
            (199, State::Expired),
            (200, State::Frozen),
            (999, State::Frozen),
        ] {
            assert_eq!(lapsing.state(at(now)), state, "{now}");
        }
        let held: Vec<_> = lapsing.held_at(at(200)).map(ToString::to_string).collect();
        assert_eq!(held, ["invoice:in_1"]);
        assert_eq!(lapsing.held_at(at(199)).count(), 0);

        let mut revoked = lapsing.clone();
        revoked.revoke(RevocationReason::Admin, at(1));
        assert_eq!(revoked.state(at(200)), State::Revoked);
        let paid = lapsing.with_subscription(Some(at(300)), None);
        assert_eq!(paid.state(at(200)), State::Active);
    }
}
