//! The cache of what sellers configure.

use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use std::time::Duration;

use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::StoreError;

use super::known_api_key::KnownApiKey;
use super::versioned_map::VersionedMap;

/// How long a version counts as current. A change on another node, or by a command, takes effect
/// after this at the latest.
const TTL: Duration = Duration::from_secs(5);

/// API keys, tenants, products and key types, cached while the version of the configuration in the
/// store stays the same, so that a frequent call reads nothing for them.
#[derive(Default)]
pub struct ConfigurationCache {
    checked: RwLock<Checked>,
    /// Held by the one caller that reads the version.
    checking: Mutex<()>,
    /// By the id of the API key.
    pub(crate) api_keys: VersionedMap<String, KnownApiKey>,
    pub(crate) tenants: VersionedMap<TenantId, Tenant>,
    pub(crate) products: VersionedMap<(TenantId, ProductId), Product>,
    pub(crate) key_types: VersionedMap<(TenantId, ProductId, KeyTypeId), KeyType>,
}

/// What is known of the version in the store.
#[derive(Clone, Copy, Default)]
struct Checked {
    /// The version, and when its read began.
    version: Option<(i64, Timestamp)>,
    /// How often the version expired so far.
    expiries: u64,
}

impl ConfigurationCache {
    /// The current version, if it was read a short time ago.
    pub(crate) fn version(&self, now: Timestamp) -> Option<i64> {
        let (version, read_at) = self.checked().version?;
        let is_current = read_at <= now && now.since(read_at) < TTL;
        is_current.then_some(version)
    }

    /// The current version, which is read if need be. `None` if another caller reads it: nobody waits for
    /// a read that may take long, and the caller does without the cache.
    pub(crate) fn read_version(
        &self,
        now: Timestamp,
        read: impl FnOnce() -> Result<i64, StoreError>,
    ) -> Result<Option<i64>, StoreError> {
        if let Some(version) = self.version(now) {
            return Ok(Some(version));
        }
        let _checking = match self.checking.try_lock() {
            Ok(checking) => checking,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(None),
        };
        let expiries = self.checked().expiries;
        let version = read()?;
        let mut checked = self.checked.write().unwrap_or_else(PoisonError::into_inner);
        if checked.expiries == expiries {
            checked.version = Some((version, now));
        }
        Ok(Some(version))
    }

    /// Reads the version again before the next use. A caller that has changed the configuration calls
    /// this, so that the change takes effect on this node at once.
    pub fn expire(&self) {
        let mut checked = self.checked.write().unwrap_or_else(PoisonError::into_inner);
        checked.version = None;
        checked.expiries = checked.expiries.wrapping_add(1);
    }

    fn checked(&self) -> RwLockReadGuard<'_, Checked> {
        self.checked.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_version_is_current_for_five_seconds_from_the_beginning_of_its_read() {
        let cache = ConfigurationCache::default();
        assert_eq!(cache.version(at(100)), None);
        assert_eq!(cache.read_version(at(100), || Ok(7)), Ok(Some(7)));
        for (seconds, version) in [(99, None), (100, Some(7)), (104, Some(7)), (105, None)] {
            assert_eq!(cache.version(at(seconds)), version, "at {seconds} s");
        }
        assert_eq!(cache.read_version(at(104), || Ok(8)), Ok(Some(7)));
        assert_eq!(cache.read_version(at(105), || Ok(8)), Ok(Some(8)));
    }

    #[test]
    fn a_read_that_began_before_an_expiry_does_not_count_after_it() {
        let cache = ConfigurationCache::default();
        let read = || {
            cache.expire();
            Ok(7)
        };
        assert_eq!(cache.read_version(at(100), read), Ok(Some(7)));
        assert_eq!(cache.version(at(100)), None);
    }

    #[test]
    fn nobody_waits_for_the_read_of_another_caller() {
        let cache = ConfigurationCache::default();
        let read = || {
            assert_eq!(cache.read_version(at(100), || Ok(8)), Ok(None));
            Ok(7)
        };
        assert_eq!(cache.read_version(at(100), read), Ok(Some(7)));
        assert_eq!(cache.version(at(100)), Some(7));
    }

    #[test]
    fn a_failed_read_leaves_no_version() {
        let cache = ConfigurationCache::default();
        let error = StoreError::Unavailable("no answer".to_owned());
        let read = cache.read_version(at(100), || Err(error.clone()));
        assert_eq!(read, Err(error));
        assert_eq!(cache.version(at(100)), None);
    }
}
