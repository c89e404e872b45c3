//! Master keys and their ids.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hmac;
use thiserror::Error;

use crate::base::text_newtype::text_newtype;

text_newtype! {
    /// The id of a master key: 1 to 16 characters of `a-z`, `0-9` and `-`.
    pub struct KeyId;

    /// The text is not the id of a master key.
    #[error("a master key's id has 1 to 16 characters of a-z, 0-9 and -")]
    pub struct InvalidKeyId;

    parse: |text| {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_valid = (1..=16).contains(&text.len()) && text.bytes().all(is_allowed);
        is_valid.then(|| text.to_owned())
    };
}

/// A key of 32 bytes that seals the secrets of an installation, and from which signing keys are derived.
#[derive(Clone)]
pub struct MasterKey {
    id: KeyId,
    cipher: LessSafeKey,
    derivation: hmac::Key,
}

/// Why a text is not a master key. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidMasterKey {
    /// The part before the colon is not a valid id.
    #[error(transparent)]
    Id(#[from] InvalidKeyId),
    /// The key is not 64 hex digits.
    #[error("a master key is 64 hex digits, with an id and a colon before them if it has a name")]
    Key,
    /// All bytes of the key are zero.
    #[error(
        "a master key is 32 random bytes, and these are all zero: create a key with `openssl rand -hex 32`"
    )]
    Weak,
}

impl MasterKey {
    /// The id of a key that is written without one.
    const DEFAULT_ID: &'static str = "k1";

    /// Reads `<id>:<64 hex digits>`, or the digits alone for a key with the id `k1`.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let (id, hex) = text.split_once(':').unwrap_or((Self::DEFAULT_ID, text));
        let bytes = HEXLOWER_PERMISSIVE
            .decode(hex.as_bytes())
            .map_err(|_| InvalidMasterKey::Key)?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| InvalidMasterKey::Key)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(InvalidMasterKey::Weak);
        }
        Ok(Self {
            id: KeyId::parse(id)?,
            cipher: LessSafeKey::new(key),
            derivation: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
        })
    }

    /// The id, which every value that the key seals contains.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key that signs for this purpose: the HMAC of the purpose under the master key.
    pub(super) fn signing_key(&self, purpose: &str) -> hmac::Key {
        let derived = hmac::sign(&self.derivation, purpose.as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
    }

    pub(super) const fn cipher(&self) -> &LessSafeKey {
        &self.cipher
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, …)", self.id)
    }
}
