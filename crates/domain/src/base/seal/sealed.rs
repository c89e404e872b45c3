//! A sealed value and the bytes it is stored as.

use ring::aead::NONCE_LEN;
use thiserror::Error;

use crate::base::seal::master_key::KeyId;

/// A secret that is encrypted under a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    key_id: KeyId,
    /// The nonce, the ciphertext and the tag.
    bytes: Vec<u8>,
}

/// The bytes are not in the storage form of [`Sealed::to_bytes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a sealed value of a known version")]
pub struct InvalidSealed;

/// The version of the storage form, which is its first byte.
const VERSION: u8 = 1;

impl Sealed {
    pub(super) fn new(key_id: KeyId, nonce: &[u8; NONCE_LEN], ciphertext: &[u8]) -> Self {
        let bytes = [nonce, ciphertext].concat();
        Self { key_id, bytes }
    }

    /// What is left of a secret that was erased. It cannot be opened.
    fn erased() -> Result<Self, InvalidSealed> {
        Ok(Self {
            key_id: KeyId::parse("erased").map_err(|_| InvalidSealed)?,
            bytes: Vec::new(),
        })
    }

    /// Erases the secret.
    pub fn erase(&mut self) {
        if let Ok(erased) = Self::erased() {
            *self = erased;
        }
    }

    /// Whether the secret was erased.
    pub const fn is_erased(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The id of the key that sealed the value.
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    pub(super) fn parts(&self) -> Option<([u8; NONCE_LEN], &[u8])> {
        let (nonce, ciphertext) = self.bytes.split_first_chunk()?;
        Some((*nonce, ciphertext))
    }

    /// The storage form: a version byte, the length of the key's id, the id, the nonce of 12
    /// bytes, the ciphertext, the tag of 16 bytes. An erased secret has no bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.is_erased() {
            return Vec::new();
        }
        let id = self.key_id.as_str();
        let id_length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        [&[VERSION, id_length], id.as_bytes(), &self.bytes].concat()
    }

    /// Reads the storage form. Only [`KeyRing::open`](super::KeyRing::open) checks the ciphertext.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSealed> {
        if bytes.is_empty() {
            return Self::erased();
        }
        let [VERSION, id_length, rest @ ..] = bytes else {
            return Err(InvalidSealed);
        };
        let (id, bytes) = rest
            .split_at_checked(usize::from(*id_length))
            .filter(|(_, bytes)| !bytes.is_empty())
            .ok_or(InvalidSealed)?;
        let id = str::from_utf8(id).map_err(|_| InvalidSealed)?;
        Ok(Self {
            key_id: KeyId::parse(id).map_err(|_| InvalidSealed)?,
            bytes: bytes.to_vec(),
        })
    }
}
