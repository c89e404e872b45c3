//! API keys with their products, kept for a few seconds, so that a hot call reads one thing only.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use actix_web::web;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::usecase::access::api_key::{SignatureError, find};

use super::error::ApiError;
use crate::app::{App, blocking};

/// A change on another node, or by a command, is seen after this at the latest.
const KEPT: Duration = Duration::from_secs(5);

/// No more keys than this are kept; past it the cache starts anew.
const ROOM: usize = 10_000;

/// An API key and its product.
pub(crate) struct KnownKey {
    pub(crate) key: ApiKey,
    pub(crate) product: Product,
    read_at: Timestamp,
}

/// The cache.
#[derive(Default)]
pub struct KeyCache(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    keys: HashMap<String, Arc<KnownKey>>,
    /// How many keys were forgotten so far.
    changes: u64,
}

impl KeyCache {
    fn get(&self, id: &str, now: Timestamp) -> Option<Arc<KnownKey>> {
        let known = self.0.read().ok()?.keys.get(id).cloned()?;
        (now.since(known.read_at) < KEPT && known.read_at <= now).then_some(known)
    }

    /// To be noted before a key is read, for [`KeyCache::put`].
    fn changes(&self) -> Option<u64> {
        self.0.read().ok().map(|kept| kept.changes)
    }

    /// Keeps a key that was read after `changes`, unless a key was forgotten meanwhile: the read
    /// may have come before the change.
    fn put(&self, known: &Arc<KnownKey>, changes: Option<u64>) {
        if let Ok(mut kept) = self.0.write()
            && changes == Some(kept.changes)
        {
            if kept.keys.len() >= ROOM {
                kept.keys.clear();
            }
            let id = known.key.id.as_str().to_owned();
            kept.keys.insert(id, Arc::clone(known));
        }
    }

    /// Forgets a key that may have changed: this node's next call reads it anew.
    pub(crate) fn forget(&self, id: &ApiKeyId) {
        if let Ok(mut kept) = self.0.write() {
            kept.changes = kept.changes.wrapping_add(1);
            kept.keys.remove(id.as_str());
        }
    }
}

impl KnownKey {
    /// The key a caller presents.
    pub(crate) async fn of(
        app: &web::Data<App>,
        presented: Option<&str>,
    ) -> Result<Arc<Self>, ApiError> {
        let presented = presented.ok_or(SignatureError::KeyInvalid)?;
        if let Some(known) = app.key_cache.get(presented, app.clock.now()) {
            return Ok(known);
        }
        let presented = presented.to_owned();
        let changes = app.key_cache.changes();
        let known = blocking(app, move |app| read(app, &presented)).await??;
        app.key_cache.put(&known, changes);
        Ok(known)
    }
}

fn read(app: &App, presented: &str) -> Result<Arc<KnownKey>, SignatureError> {
    let read_at = app.clock.now();
    let key = find(&*app.store, Some(presented))?;
    let product = app
        .store
        .product(&key.tenant, &key.product)?
        .ok_or(SignatureError::KeyInvalid)?;
    Ok(Arc::new(KnownKey {
        key,
        product,
        read_at,
    }))
}

#[cfg(test)]
mod tests {
    use mintage_testkit::fixtures::Shop;

    use super::*;

    fn known(shop: &Shop) -> Arc<KnownKey> {
        Arc::new(KnownKey {
            key: shop.api_key(),
            product: shop.product.clone(),
            read_at: shop.now(),
        })
    }

    #[test]
    fn a_key_is_kept_for_five_seconds() {
        let (cache, shop) = (KeyCache::default(), Shop::new("acme"));
        let known = known(&shop);
        cache.put(&known, cache.changes());
        for (seconds, kept) in [(0, true), (4, true), (5, false)] {
            let now = shop.now().plus(Duration::from_secs(seconds));
            let found = cache.get(known.key.id.as_str(), now);
            assert_eq!(found.is_some(), kept, "after {seconds} s");
        }
    }

    #[test]
    fn what_is_forgotten_is_gone_and_a_read_under_way_does_not_bring_it_back() {
        let (cache, shop) = (KeyCache::default(), Shop::new("acme"));
        let (changed, other) = (known(&shop), known(&shop));
        let is_kept =
            |known: &Arc<KnownKey>| cache.get(known.key.id.as_str(), shop.now()).is_some();
        let before = cache.changes();
        cache.put(&changed, before);
        cache.put(&other, before);
        cache.forget(&changed.key.id);
        assert!(!is_kept(&changed) && is_kept(&other));
        cache.put(&changed, before);
        assert!(!is_kept(&changed), "it was read before the change");
        cache.put(&changed, cache.changes());
        assert!(is_kept(&changed));
    }
}
