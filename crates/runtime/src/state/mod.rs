//! The state that a node keeps in memory for a few seconds, and may lose at any time.

mod api_key_cache;
mod last_seen;
mod rate_shares;

pub use api_key_cache::{ApiKeyCache, CachedApiKey};
pub use last_seen::LastSeenBuffer;
pub(crate) use rate_shares::HeldShare;
pub use rate_shares::RateShares;
