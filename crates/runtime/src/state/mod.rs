//! The state that a node keeps in memory for a few seconds, and may lose at any time.

mod catalog_cache;
mod known_api_key;
mod last_seen;
mod rate_shares;
mod stripe_circuits;
mod stripe_threads;
mod ttl_cache;

pub use catalog_cache::CatalogCache;
pub use known_api_key::KnownApiKey;
pub use last_seen::LastSeenBuffer;
pub(crate) use rate_shares::HeldShare;
pub use rate_shares::RateShares;
pub use stripe_circuits::StripeCircuits;
pub use stripe_threads::StripeThreads;
pub use ttl_cache::TtlCache;
