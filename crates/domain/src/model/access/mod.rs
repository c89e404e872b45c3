//! API keys, call signatures, idempotency keys and rate limits.

pub mod api_key;
pub mod call_signature;
pub mod credential;
pub mod idempotency;
pub mod limits;
pub mod nonce;
pub mod rate;
pub mod rate_share;
pub mod rate_windows;
pub mod scope;
