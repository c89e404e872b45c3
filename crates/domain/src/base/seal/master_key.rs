//! Master keys and their names.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use thiserror::Error;

/// The name of a master key: 1 to 16 characters of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// The text is no name of a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a master key's id has 1 to 16 characters of a-z, 0-9 and -")]
pub struct InvalidKeyId;

impl KeyId {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyId> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=16).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyId)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key of 32 bytes that seals the secrets of an installation.
#[derive(Clone)]
pub struct MasterKey {
    id: KeyId,
    cipher: LessSafeKey,
}

/// Why a text is no master key. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidMasterKey {
    /// The part before the colon.
    #[error(transparent)]
    Id(#[from] InvalidKeyId),
    /// The key itself.
    #[error("a master key is 64 hex digits, with an id and a colon before them if it has a name")]
    Key,
}

impl MasterKey {
    /// The name of a key that is written without one.
    const DEFAULT_ID: &'static str = "k1";

    /// Reads `<id>:<64 hex digits>`, or the digits alone for a key called `k1`.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let (id, hex) = text.split_once(':').unwrap_or((Self::DEFAULT_ID, text));
        let bytes = HEXLOWER_PERMISSIVE
            .decode(hex.as_bytes())
            .map_err(|_| InvalidMasterKey::Key)?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| InvalidMasterKey::Key)?;
        Ok(Self {
            id: KeyId::parse(id)?,
            cipher: LessSafeKey::new(key),
        })
    }

    /// Its name.
    pub const fn id(&self) -> &KeyId {
        &self.id
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
