//! The state that a node keeps in memory for a few seconds, and may lose at any time.

mod configuration_cache;
mod known_api_key;
mod last_seen;
mod ledger_wakes;
mod rate_shares;
mod stripe_circuits;
mod stripe_threads;
mod suspect_keys;
mod versioned_map;

pub use configuration_cache::ConfigurationCache;
pub use known_api_key::KnownApiKey;
pub use last_seen::LastSeenBuffer;
pub use ledger_wakes::LedgerWakes;
pub(crate) use rate_shares::HeldShare;
pub use rate_shares::RateShares;
pub use stripe_circuits::StripeCircuits;
pub use stripe_threads::StripeThreads;
pub use suspect_keys::SuspectKeys;
pub(crate) use versioned_map::VersionedMap;
