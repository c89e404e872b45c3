//! The health of a webhook endpoint: what its last attempts say about the next ones.

use std::time::Duration;

use crate::base::time::Timestamp;

/// The usual number of concurrent deliveries to one endpoint.
pub const MAX_WIDTH: u32 = 4;

/// The time within which a responsive endpoint answers.
pub const RESPONSE_TIME: Duration = Duration::from_secs(1);

/// How long every attempt must have failed before the endpoint is paused.
pub const PAUSE_AFTER: Duration = Duration::from_hours(24);

/// The smallest number of failed attempts after which the endpoint may be paused. The stored number
/// does not grow beyond it.
pub const PAUSE_FAILURES: u32 = 5;

/// What the attempts since the last success say about an endpoint. The default is a healthy one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EndpointHealth {
    /// When the first attempt failed since the last success.
    pub failing_since: Option<Timestamp>,
    /// The number of attempts that failed since then, at most [`PAUSE_FAILURES`].
    pub failures: u32,
    /// Whether the last attempt had no answer within [`RESPONSE_TIME`].
    pub is_unresponsive: bool,
    /// The number of concurrent deliveries while the endpoint recovers; `None` is the usual number.
    pub width: Option<u32>,
    /// When the endpoint was paused: its deliveries wait since then.
    pub paused_at: Option<Timestamp>,
    /// Whether deliveries are attempted although the endpoint is paused, to see if it works again.
    pub is_probed: bool,
}

/// How an attempt ended, as far as the health of the endpoint is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEnd {
    /// The endpoint acknowledged the event after this time.
    Acknowledged(Duration),
    /// The endpoint gave another answer after this time.
    Rejected(Duration),
    /// There was no answer: the connection failed, or the time was over.
    NoAnswer,
}

/// What an attempt changed in the state of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthChange {
    /// The endpoint was not paused and is not paused.
    None,
    /// The endpoint is paused from now on.
    Paused,
    /// The endpoint was paused and works again.
    Resumed,
}

impl EndpointHealth {
    /// The state that sellers see of an endpoint that is not gone: `active`, `failing` or `paused`.
    pub fn status(&self) -> &'static str {
        match (self.paused_at, self.failing_since) {
            (Some(_), _) => "paused",
            (None, Some(_)) => "failing",
            (None, None) => "active",
        }
    }

    /// Whether deliveries are attempted.
    pub fn is_open(&self) -> bool {
        self.paused_at.is_none() || self.is_probed
    }

    /// Takes the end of an attempt into account.
    pub fn record(&mut self, end: AttemptEnd, now: Timestamp) -> HealthChange {
        match end {
            AttemptEnd::Acknowledged(after) => self.succeeded(after),
            AttemptEnd::Rejected(after) => {
                self.is_unresponsive = after > RESPONSE_TIME;
                self.failed(now)
            }
            AttemptEnd::NoAnswer => {
                self.is_unresponsive = true;
                self.width = Some(1);
                self.failed(now)
            }
        }
    }

    /// Takes into account that a running attempt has had no answer within [`RESPONSE_TIME`].
    pub fn record_wait(&mut self) {
        if !self.is_unresponsive {
            self.is_unresponsive = true;
            self.width = Some(1);
        }
    }

    fn succeeded(&mut self, after: Duration) -> HealthChange {
        let was_paused = self.paused_at.is_some();
        let wider = self.width.map(|width| width.saturating_add(1));
        *self = Self {
            is_unresponsive: after > RESPONSE_TIME,
            width: wider.filter(|width| *width < MAX_WIDTH),
            ..Self::default()
        };
        if was_paused {
            HealthChange::Resumed
        } else {
            HealthChange::None
        }
    }

    fn failed(&mut self, now: Timestamp) -> HealthChange {
        let since = *self.failing_since.get_or_insert(now);
        self.failures = self.failures.saturating_add(1).min(PAUSE_FAILURES);
        self.is_probed = false;
        let is_lasting = self.failures == PAUSE_FAILURES && now.since(since) >= PAUSE_AFTER;
        if is_lasting && self.paused_at.is_none() {
            self.paused_at = Some(now);
            return HealthChange::Paused;
        }
        HealthChange::None
    }

    /// Attempts deliveries to a paused endpoint, one at a time, until one fails.
    pub fn probe(&mut self) {
        if self.paused_at.is_some() {
            self.is_probed = true;
            self.width = Some(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::EPOCH;
    const QUICK: AttemptEnd = AttemptEnd::Acknowledged(Duration::from_millis(80));
    const ERROR: AttemptEnd = AttemptEnd::Rejected(Duration::from_millis(80));

    fn hours(n: u64) -> Timestamp {
        START.plus(Duration::from_hours(n))
    }

    #[test]
    fn an_endpoint_without_answers_is_tried_one_by_one_and_widens_with_each_success() {
        let mut health = EndpointHealth::default();
        health.record(AttemptEnd::NoAnswer, START);
        assert_eq!((health.width, health.is_unresponsive), (Some(1), true));
        health.record(ERROR, START);
        assert_eq!(
            (health.width, health.is_unresponsive),
            (Some(1), false),
            "an error is an answer, and no success"
        );
        for width in [Some(2), Some(3), None, None] {
            health.record(QUICK, START);
            assert_eq!(health.width, width);
        }
        assert_eq!(health, EndpointHealth::default());
    }

    #[test]
    fn an_answer_that_takes_long_is_no_responsive_endpoint() {
        for (after, slow) in [(RESPONSE_TIME, false), (RESPONSE_TIME * 2, true)] {
            for end in [AttemptEnd::Acknowledged(after), AttemptEnd::Rejected(after)] {
                let mut health = EndpointHealth::default();
                health.record(end, START);
                assert_eq!(health.is_unresponsive, slow, "{end:?}");
            }
        }
    }

    #[test]
    fn an_attempt_that_waits_makes_a_responsive_endpoint_narrow_once() {
        let mut health = EndpointHealth::default();
        health.record_wait();
        assert_eq!((health.width, health.is_unresponsive), (Some(1), true));
        assert_eq!(health.failing_since, None, "it may answer yet");
        let slow = AttemptEnd::Acknowledged(RESPONSE_TIME * 2);
        for _ in 0..MAX_WIDTH {
            health.record(slow, START);
            health.record_wait();
        }
        assert_eq!((health.width, health.is_unresponsive), (None, true));
    }

    #[test]
    fn only_a_day_of_several_failures_without_a_success_pauses() {
        use HealthChange::{None, Paused};
        let all = |hours: &'static [u64]| hours.iter().map(|hour| (*hour, ERROR));
        for (name, attempts, expected) in [
            ("a day", all(&[0, 1, 5, 12, 24]).collect::<Vec<_>>(), Paused),
            ("not a day yet", all(&[0, 1, 5, 12, 23]).collect(), None),
            ("too few", all(&[0, 12, 24, 36]).collect(), None),
            (
                "a success between",
                [(0, ERROR), (1, ERROR), (2, QUICK)]
                    .into_iter()
                    .chain(all(&[3, 4, 5, 24, 26]))
                    .collect(),
                None,
            ),
        ] {
            let mut health = EndpointHealth::default();
            let mut last = None;
            for (hour, end) in attempts {
                last = health.record(end, hours(hour));
            }
            assert_eq!(last, expected, "{name}");
            assert_eq!(health.is_open(), expected == None, "{name}");
        }
    }

    #[test]
    fn a_probe_opens_a_paused_endpoint_until_an_attempt_fails_or_resumes_it() {
        let mut paused = EndpointHealth {
            failing_since: Some(START),
            failures: PAUSE_FAILURES,
            paused_at: Some(hours(30)),
            ..EndpointHealth::default()
        };
        assert_eq!((paused.status(), paused.is_open()), ("paused", false));
        paused.probe();
        assert_eq!((paused.status(), paused.is_open()), ("paused", true));
        assert_eq!(paused.width, Some(1));
        let mut failed = paused.clone();
        assert_eq!(
            failed.record(ERROR, hours(40)),
            HealthChange::None,
            "it was paused before"
        );
        assert_eq!(
            (failed.paused_at, failed.is_open()),
            (Some(hours(30)), false)
        );
        assert_eq!(paused.record(QUICK, hours(40)), HealthChange::Resumed);
        assert_eq!((paused.status(), paused.is_open()), ("active", true));
        let mut healthy = EndpointHealth::default();
        healthy.probe();
        assert_eq!(healthy, EndpointHealth::default());
    }
}
