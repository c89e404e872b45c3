//! API keys, signatures, idempotency keys and rate limits.

pub mod api_key;
mod caller;
pub mod idempotency;
pub mod nonce;
pub mod rate;
