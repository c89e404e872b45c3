//! Finding the API key of a caller.

use std::sync::Arc;

use mintage_domain::usecase::access::api_key::{SignatureError, find};

use crate::app::App;
use crate::blocking::{BlockingError, blocking};
use crate::state::CachedApiKey;

/// Why no API key was found.
#[derive(Debug, thiserror::Error)]
pub enum FindApiKeyError {
    /// The read did not run to its end.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The API key is missing or unknown, or the store failed.
    #[error(transparent)]
    UseCase(#[from] SignatureError),
}

/// Finds the API key that a caller presents, in the cache or in the store.
pub async fn find_api_key(
    app: &Arc<App>,
    presented: Option<&str>,
) -> Result<Arc<CachedApiKey>, FindApiKeyError> {
    let presented = presented.ok_or(SignatureError::KeyInvalid)?;
    if let Some(cached) = app.api_key_cache.get(presented, app.clock.now()) {
        return Ok(cached);
    }
    let presented = presented.to_owned();
    let removals = app.api_key_cache.removals();
    let cached = blocking(app, move |app| find_in_store(app, &presented)).await??;
    app.api_key_cache.put(&cached, removals);
    Ok(cached)
}

fn find_in_store(app: &App, presented: &str) -> Result<Arc<CachedApiKey>, SignatureError> {
    let read_at = app.clock.now();
    let key = find(&*app.store, Some(presented))?;
    let product = app
        .store
        .product(&key.tenant, &key.product)?
        .ok_or(SignatureError::KeyInvalid)?;
    Ok(Arc::new(CachedApiKey {
        key,
        product,
        read_at,
    }))
}
