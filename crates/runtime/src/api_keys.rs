//! Finding the API key of a caller.

use std::sync::Arc;

use mintage_domain::usecase::access::api_key::{SignatureError, find};

use crate::app::App;
use crate::blocking::{BlockingError, blocking};
use crate::state::KnownApiKey;

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
) -> Result<Arc<KnownApiKey>, FindApiKeyError> {
    let presented = presented.ok_or(SignatureError::KeyInvalid)?;
    let now = app.clock.now();
    if let Some(cached) = app.api_key_cache.get(presented, now) {
        return Ok(cached);
    }
    let reading = app.api_key_cache.begin_read(now);
    let presented = presented.to_owned();
    let found = blocking(app, move |app| find_in_store(app, &presented)).await??;
    let found = Arc::new(found);
    let id = found.key.id.as_str().to_owned();
    app.api_key_cache.put(id, &found, reading);
    Ok(found)
}

fn find_in_store(app: &App, presented: &str) -> Result<KnownApiKey, SignatureError> {
    let key = find(&*app.store, Some(presented))?;
    let product = app
        .store
        .product(&key.tenant, &key.product)?
        .ok_or(SignatureError::KeyInvalid)?;
    Ok(KnownApiKey { key, product })
}
