//! API keys with their products, kept for a few seconds, so that a hot call reads one thing only.

use super::error::ApiError;
use crate::app::{App, blocking};
use actix_web::web;
use mintage_domain::api_key::ApiKey;
use mintage_domain::catalog::Product;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::{SignatureError, find};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// A change on another node is seen after this at the latest.
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
pub struct KeyCache(RwLock<HashMap<String, Arc<KnownKey>>>);

impl KeyCache {
    fn get(&self, id: &str, now: Timestamp) -> Option<Arc<KnownKey>> {
        let kept = self.0.read().ok()?.get(id).cloned()?;
        (now.since(kept.read_at) < KEPT && kept.read_at <= now).then_some(kept)
    }

    fn put(&self, known: &Arc<KnownKey>) {
        if let Ok(mut kept) = self.0.write() {
            if kept.len() >= ROOM {
                kept.clear();
            }
            kept.insert(known.key.id.as_str().to_owned(), Arc::clone(known));
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
        let known = blocking(app, move |app| read(app, &presented)).await??;
        app.key_cache.put(&known);
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
