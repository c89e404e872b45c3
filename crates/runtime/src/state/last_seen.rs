//! Last-seen times that are not yet in the store.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{LastSeen, SeenTarget, StoreError};

/// How many API keys and activations are buffered at most. A use beyond that is not recorded.
const CAPACITY: usize = 50_000;

/// How many times are written in one call of the store.
const BATCH: usize = 500;

/// The latest use of each API key and activation, so that a frequent call needs no write of its own.
#[derive(Default)]
pub struct LastSeenBuffer(Mutex<HashMap<SeenTarget, Timestamp>>);

impl LastSeenBuffer {
    /// Records a use.
    pub fn record(&self, what: SeenTarget, at: Timestamp) {
        let mut seen = self.lock();
        if seen.len() < CAPACITY || seen.contains_key(&what) {
            let latest = seen.entry(what).or_insert(at);
            *latest = (*latest).max(at);
        }
    }

    /// The latest use that is not in the store yet.
    pub fn latest(&self, what: &SeenTarget) -> Option<Timestamp> {
        self.lock().get(what).copied()
    }

    /// Writes all times to the store. Times that the store does not write stay for the next flush.
    pub(crate) fn flush(&self, store: &(impl LastSeen + ?Sized)) -> Result<(), StoreError> {
        let seen: Vec<_> = std::mem::take(&mut *self.lock()).into_iter().collect();
        let mut outcome = Ok(());
        for batch in seen.chunks(BATCH) {
            if outcome.is_ok() {
                outcome = store.record_last_seen(batch);
            }
            if outcome.is_err() {
                for (what, at) in batch {
                    self.record(what.clone(), *at);
                }
            }
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SeenTarget, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use mintage_domain::base::id::ApiKeyId;
    use mintage_domain::base::mode::Mode;

    use super::*;

    /// A store that fails `failures` times, and then records what it is given.
    #[derive(Default)]
    struct Failing {
        failures: RefCell<usize>,
        taken: RefCell<Vec<(SeenTarget, Timestamp)>>,
    }

    impl LastSeen for Failing {
        fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError> {
            assert!(seen.len() <= BATCH);
            let mut failures = self.failures.borrow_mut();
            if *failures > 0 {
                *failures -= 1;
                return Err(StoreError::Unavailable("by chance".to_owned()));
            }
            self.taken.borrow_mut().extend(seen.iter().cloned());
            Ok(())
        }

        fn last_used(&self, _: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError> {
            unreachable!("nobody reads here")
        }
    }

    fn key(nth: usize) -> SeenTarget {
        let mut random = [0; 12];
        random[..8].copy_from_slice(&nth.to_be_bytes());
        SeenTarget::ApiKey(ApiKeyId::of(Mode::Live, random))
    }

    #[test]
    fn the_latest_time_of_each_target_is_written_once() {
        let (seen, store) = (LastSeenBuffer::default(), Failing::default());
        let at = Timestamp::from_micros;
        for (what, micros) in [(1, 10), (1, 30), (2, 5), (1, 20)] {
            seen.record(key(what), at(micros));
        }
        assert_eq!(seen.flush(&store), Ok(()));
        assert_eq!(seen.flush(&store), Ok(()));
        let mut taken = store.taken.take();
        taken.sort();
        assert_eq!(taken, [(key(1), at(30)), (key(2), at(5))]);
    }

    #[test]
    fn times_that_were_not_written_are_written_by_the_next_flush_unless_there_is_a_later_one() {
        let (seen, store) = (LastSeenBuffer::default(), Failing::default());
        let at = Timestamp::from_micros;
        for nth in 0..BATCH * 2 {
            seen.record(key(nth), at(10));
        }
        *store.failures.borrow_mut() = 1;
        assert!(seen.flush(&store).is_err());
        assert_eq!(
            store.taken.borrow().len(),
            0,
            "a flush stops after a failure"
        );
        seen.record(key(7), at(20));
        assert_eq!(seen.flush(&store), Ok(()));
        let taken: HashMap<_, _> = store.taken.take().into_iter().collect();
        assert_eq!(taken.len(), BATCH * 2);
        assert_eq!((taken[&key(7)], taken[&key(8)]), (at(20), at(10)));
    }

    #[test]
    fn the_buffer_is_bounded_and_known_targets_are_still_updated() {
        let seen = LastSeenBuffer::default();
        for nth in 0..=CAPACITY {
            seen.record(key(nth), Timestamp::EPOCH);
        }
        let later = Timestamp::from_micros(1);
        seen.record(key(0), later);
        let seen = seen.lock();
        assert_eq!((seen.len(), seen[&key(0)]), (CAPACITY, later));
    }
}
