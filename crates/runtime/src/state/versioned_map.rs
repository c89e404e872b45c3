//! Values that were read from the store under one version of the configuration.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mintage_domain::base::time::Timestamp;

/// How long a value is cached at most, whatever the version: a change by hand in the database counts
/// for no version.
const MAX_AGE: Duration = Duration::from_mins(1);

/// How many values are cached at most. A full map is emptied.
const CAPACITY: usize = 10_000;

/// Values by key, all of one version.
pub(crate) struct VersionedMap<K, V>(RwLock<Entries<K, V>>);

struct Entries<K, V> {
    version: i64,
    values: HashMap<K, Entry<V>>,
}

struct Entry<V> {
    value: Arc<V>,
    read_at: Timestamp,
}

impl<K, V> Default for VersionedMap<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Entries {
            version: 0,
            values: HashMap::new(),
        }))
    }
}

impl<K: Eq + Hash, V> VersionedMap<K, V> {
    /// The value of a key, if it was read under this version.
    pub(crate) fn get<Q>(&self, key: &Q, version: i64, now: Timestamp) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if entries.version != version {
            return None;
        }
        let entry = entries.values.get(key)?;
        let is_fresh = entry.read_at <= now && now.since(entry.read_at) < MAX_AGE;
        is_fresh.then(|| Arc::clone(&entry.value))
    }

    /// Caches a value whose read began at `read_at`, after this version was read. Values of earlier
    /// versions are dropped.
    pub(crate) fn put(&self, key: K, value: Arc<V>, version: i64, read_at: Timestamp) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if version < entries.version {
            return;
        }
        if version > entries.version || entries.values.len() >= CAPACITY {
            entries.values.clear();
            entries.version = version;
        }
        entries.values.insert(key, Entry { value, read_at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_value_is_cached_for_a_minute_from_the_beginning_of_its_read() {
        let map = VersionedMap::default();
        map.put("key", Arc::new(1), 1, at(100));
        for (seconds, kept) in [(99, false), (100, true), (159, true), (160, false)] {
            let found = map.get("key", 1, at(seconds));
            assert_eq!(found.is_some(), kept, "at {seconds} s");
        }
    }

    #[test]
    fn a_value_is_found_under_its_version_only() {
        let map = VersionedMap::default();
        map.put("old", Arc::new(1), 1, at(0));
        assert!(map.get("old", 2, at(0)).is_none());
        map.put("new", Arc::new(2), 2, at(0));
        assert!(map.get("old", 1, at(0)).is_none() && map.get("old", 2, at(0)).is_none());
        map.put("late", Arc::new(3), 1, at(0));
        assert!(
            map.get("late", 2, at(0)).is_none(),
            "its read began earlier"
        );
        assert_eq!(map.get("new", 2, at(0)).as_deref(), Some(&2));
    }

    #[test]
    fn the_map_is_bounded() {
        let map = VersionedMap::default();
        for key in 0..=CAPACITY {
            map.put(key, Arc::new(()), 1, at(100));
        }
        let entries = map.0.read().unwrap_or_else(PoisonError::into_inner);
        assert!(entries.values.len() <= CAPACITY);
        drop(entries);
        assert!(map.get(&CAPACITY, 1, at(100)).is_some());
    }
}
