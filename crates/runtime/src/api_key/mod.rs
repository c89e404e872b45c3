//! The API keys of callers, cached for a few seconds.

mod cache;
mod find;

pub use cache::{ApiKeyCache, CachedApiKey};
pub use find::{FindApiKeyError, find_api_key};
