//! A cache of values that were read from the store.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use mintage_domain::base::time::Timestamp;

/// How long a value is cached. A change on another node, or by a command, takes effect after this at
/// the latest.
const TTL: Duration = Duration::from_secs(5);

/// How many values are cached at most. A full cache is emptied.
const CAPACITY: usize = 10_000;

/// Values by key, cached for a few seconds, so that a frequent call reads nothing for them.
pub struct TtlCache<K, V>(RwLock<Entries<K, V>>);

struct Entries<K, V> {
    values: HashMap<K, Entry<V>>,
    /// How many values were removed so far.
    removals: u64,
}

struct Entry<V> {
    value: Arc<V>,
    read_at: Timestamp,
}

/// What a caller takes before it reads a value from the store, and passes to [`TtlCache::put`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    removals: u64,
    read_at: Timestamp,
}

impl<K, V> Default for TtlCache<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Entries {
            values: HashMap::new(),
            removals: 0,
        }))
    }
}

impl<K: Eq + Hash, V> TtlCache<K, V> {
    pub(crate) fn get<Q>(&self, key: &Q, now: Timestamp) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entries = self.read();
        let entry = entries.values.get(key)?;
        let is_fresh = entry.read_at <= now && now.since(entry.read_at) < TTL;
        is_fresh.then(|| Arc::clone(&entry.value))
    }

    /// Begins a read of the store.
    pub(crate) fn begin_read(&self, now: Timestamp) -> Reading {
        Reading {
            removals: self.read().removals,
            read_at: now,
        }
    }

    /// Caches a value, unless a value was removed since the read began: the value may be older than
    /// the change that removed it.
    pub(crate) fn put(&self, key: K, value: &Arc<V>, reading: Reading) {
        let mut entries = self.write();
        if entries.removals != reading.removals {
            return;
        }
        if entries.values.len() >= CAPACITY {
            entries.values.clear();
        }
        let (value, read_at) = (Arc::clone(value), reading.read_at);
        entries.values.insert(key, Entry { value, read_at });
    }

    /// Removes a value that has changed, so that the next call on this node reads it again.
    pub fn remove<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut entries = self.write();
        entries.removals = entries.removals.wrapping_add(1);
        entries.values.remove(key);
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries<K, V>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries<K, V>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_value_is_cached_for_five_seconds_from_the_beginning_of_its_read() {
        let cache = TtlCache::default();
        cache.put("key", &Arc::new(1), cache.begin_read(at(100)));
        for (seconds, kept) in [(99, false), (100, true), (104, true), (105, false)] {
            let found = cache.get("key", at(seconds));
            assert_eq!(found.is_some(), kept, "at {seconds} s");
        }
    }

    #[test]
    fn a_removed_value_is_gone_and_a_read_in_progress_does_not_restore_it() {
        let cache = TtlCache::default();
        let is_kept = |key| cache.get(key, at(100)).is_some();
        let before = cache.begin_read(at(100));
        cache.put("changed", &Arc::new(1), before);
        cache.put("other", &Arc::new(2), before);
        cache.remove("changed");
        assert!(!is_kept("changed") && is_kept("other"));
        cache.put("changed", &Arc::new(1), before);
        assert!(!is_kept("changed"), "it was read before the change");
        cache.put("changed", &Arc::new(1), cache.begin_read(at(100)));
        assert!(is_kept("changed"));
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = TtlCache::default();
        for key in 0..=CAPACITY {
            cache.put(key, &Arc::new(()), cache.begin_read(at(100)));
        }
        assert!(cache.read().values.len() <= CAPACITY);
        assert!(cache.get(&CAPACITY, at(100)).is_some());
    }
}
