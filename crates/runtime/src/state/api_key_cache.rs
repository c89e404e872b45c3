//! The cache of API keys.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::catalog::product::Product;

/// How long an API key is cached. A change on another node, or by a command, takes effect after this
/// at the latest.
const TTL: Duration = Duration::from_secs(5);

/// How many API keys are cached at most. A full cache is emptied.
const CAPACITY: usize = 10_000;

/// An API key and its product, as they were read.
pub struct CachedApiKey {
    /// The API key.
    pub key: ApiKey,
    /// The product of the API key.
    pub product: Product,
    pub(crate) read_at: Timestamp,
}

/// API keys with their products, cached for a few seconds, so that a frequent call needs no read for its API key.
#[derive(Default)]
pub struct ApiKeyCache(RwLock<Entries>);

#[derive(Default)]
struct Entries {
    keys: HashMap<String, Arc<CachedApiKey>>,
    /// How many API keys were removed so far.
    removals: u64,
}

impl ApiKeyCache {
    pub(crate) fn get(&self, id: &str, now: Timestamp) -> Option<Arc<CachedApiKey>> {
        let cached = self.0.read().ok()?.keys.get(id).cloned()?;
        (now.since(cached.read_at) < TTL && cached.read_at <= now).then_some(cached)
    }

    /// The number of removals, which a caller takes before reading an API key and passes to
    /// [`ApiKeyCache::put`].
    pub(crate) fn removals(&self) -> Option<u64> {
        self.0.read().ok().map(|entries| entries.removals)
    }

    /// Caches an API key that was read after `removals`, unless an API key was removed meanwhile: the
    /// read may be older than the change.
    pub(crate) fn put(&self, cached: &Arc<CachedApiKey>, removals: Option<u64>) {
        if let Ok(mut entries) = self.0.write()
            && removals == Some(entries.removals)
        {
            if entries.keys.len() >= CAPACITY {
                entries.keys.clear();
            }
            let id = cached.key.id.as_str().to_owned();
            entries.keys.insert(id, Arc::clone(cached));
        }
    }

    /// Removes an API key that may have changed, so that the next call on this node reads it again.
    pub fn remove(&self, id: &ApiKeyId) {
        if let Ok(mut entries) = self.0.write() {
            entries.removals = entries.removals.wrapping_add(1);
            entries.keys.remove(id.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use mintage_testkit::fixtures::Shop;

    use super::*;

    fn cached(shop: &Shop) -> Arc<CachedApiKey> {
        Arc::new(CachedApiKey {
            key: shop.api_key(),
            product: shop.product.clone(),
            read_at: shop.now(),
        })
    }

    #[test]
    fn a_key_is_cached_for_five_seconds() {
        let (cache, shop) = (ApiKeyCache::default(), Shop::new("acme"));
        let cached = cached(&shop);
        cache.put(&cached, cache.removals());
        for (seconds, kept) in [(0, true), (4, true), (5, false)] {
            let now = shop.now().plus(Duration::from_secs(seconds));
            let found = cache.get(cached.key.id.as_str(), now);
            assert_eq!(found.is_some(), kept, "after {seconds} s");
        }
    }

    #[test]
    fn a_removed_key_is_gone_and_a_read_in_progress_does_not_restore_it() {
        let (cache, shop) = (ApiKeyCache::default(), Shop::new("acme"));
        let (changed, other) = (cached(&shop), cached(&shop));
        let is_kept =
            |cached: &Arc<CachedApiKey>| cache.get(cached.key.id.as_str(), shop.now()).is_some();
        let before = cache.removals();
        cache.put(&changed, before);
        cache.put(&other, before);
        cache.remove(&changed.key.id);
        assert!(!is_kept(&changed) && is_kept(&other));
        cache.put(&changed, before);
        assert!(!is_kept(&changed), "it was read before the change");
        cache.put(&changed, cache.removals());
        assert!(is_kept(&changed));
    }
}
