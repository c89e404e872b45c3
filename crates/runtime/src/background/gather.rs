//! Gathers the notices of a worker: many notices within a moment cause one claim.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The shortest time between two claims of a worker. Every sale notifies the workers, and a claim takes
/// all that is due.
const INTERVAL: Duration = Duration::from_millis(15);

/// The time of the last claim.
#[derive(Debug, Default)]
pub(super) struct Gather(Option<Instant>);

impl Gather {
    /// Waits until the next claim may begin: not at all, unless the last one began a moment ago.
    pub(super) async fn wait(&mut self) {
        let wait = self.left(Instant::now());
        if !wait.is_zero() {
            sleep(wait).await;
        }
        self.0 = Some(Instant::now());
    }

    fn left(&self, now: Instant) -> Duration {
        self.0.map_or(Duration::ZERO, |last| {
            INTERVAL.saturating_sub(now.saturating_duration_since(last))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_claim_that_follows_another_within_the_interval_waits() {
        let now = Instant::now();
        assert_eq!(Gather(None).left(now), Duration::ZERO);
        for (ago, left) in [(0, 15), (5, 10), (15, 0), (400, 0)] {
            let later = now + Duration::from_millis(ago);
            assert_eq!(
                Gather(Some(now)).left(later),
                Duration::from_millis(left),
                "{ago} ms after a claim"
            );
        }
    }
}
