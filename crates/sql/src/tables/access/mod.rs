//! Who may call, how often, and what calls have used up.

pub mod api_key;
pub mod idempotency;
pub mod last_seen;
pub mod nonce;
