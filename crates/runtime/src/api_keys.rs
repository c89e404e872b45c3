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
    let cache = &app.configuration;
    let cached = cache
        .version(now)
        .and_then(|version| cache.api_keys.get(presented, version, now));
    if let Some(cached) = cached {
        return Ok(cached);
    }
    let presented = presented.to_owned();
    Ok(blocking(app, move |app| read_api_key(app, &presented)).await??)
}

fn read_api_key(app: &App, presented: &str) -> Result<Arc<KnownApiKey>, SignatureError> {
    let (cache, now) = (&app.configuration, app.clock.now());
    let version = cache.read_version(now, || app.store.configuration_version())?;
    let cached = version.and_then(|version| cache.api_keys.get(presented, version, now));
    if let Some(cached) = cached {
        return Ok(cached);
    }
    let key = find(&*app.store, Some(presented))?;
    let product = app
        .store
        .product(&key.tenant, &key.product)?
        .ok_or(SignatureError::KeyInvalid)?;
    let known = Arc::new(KnownApiKey { key, product });
    if let Some(version) = version {
        let id = known.key.id.as_str().to_owned();
        cache.api_keys.put(id, Arc::clone(&known), version, now);
    }
    Ok(known)
}
