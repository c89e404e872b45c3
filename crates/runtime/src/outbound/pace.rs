//! The pace of work that calls Stripe often: a share of Stripe's rate, so that checkouts have the rest.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::usecase::stripe::reconcile::Pace;

/// The time between two calls: 25 calls a second, a quarter of what Stripe allows.
const INTERVAL: Duration = Duration::from_millis(40);

/// How long a wait lasts before it looks whether the work is to stop.
const SLICE: Duration = Duration::from_millis(200);

/// A pace of 25 calls a second, that ends when it is told to.
#[derive(Debug, Default)]
pub struct SteadyPace {
    next: Mutex<Option<Instant>>,
    stopped: Arc<AtomicBool>,
}

impl SteadyPace {
    /// A flag that stops the work.
    pub fn stopper(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }
}

impl Pace for SteadyPace {
    fn before_call(&self) {
        let now = Instant::now();
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = next.map_or(now, |next| next.max(now));
            *next = Some(at + INTERVAL);
            at
        };
        thread::sleep(at.saturating_duration_since(now));
    }

    fn wait(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while !self.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(SLICE));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_an_interval_apart_and_a_stopped_pace_does_not_wait() {
        let pace = SteadyPace::default();
        let started = Instant::now();
        for _ in 0..3 {
            pace.before_call();
        }
        assert!(started.elapsed() >= INTERVAL * 2);
        pace.stopper().store(true, Ordering::Relaxed);
        assert!(pace.is_stopped());
        pace.wait(Duration::from_hours(1));
    }
}
