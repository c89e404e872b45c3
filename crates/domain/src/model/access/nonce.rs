//! Nonces: signatures that may be used once.

use crate::base::id::ApiKeyId;
use crate::base::time::Timestamp;

/// A signature that may be used once, itself or by the nonce in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nonce {
    /// Whose signature.
    pub key: ApiKeyId,
    /// What tells it from all others of the key, as 32 bytes.
    pub signature: [u8; 32],
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}
