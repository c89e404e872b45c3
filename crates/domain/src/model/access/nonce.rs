//! Nonces: records of call signatures, each of which is accepted once.

use crate::base::id::ApiKeyId;
use crate::base::time::Timestamp;

/// A call signature that is accepted once, identified by the signature itself or by the nonce in
/// the signed text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// The API key that made the signature.
    pub key: ApiKeyId,
    /// 32 bytes that identify this signature among those of the same API key.
    pub signature: [u8; 32],
    /// Until when the nonce is stored.
    pub expires_at: Timestamp,
}
