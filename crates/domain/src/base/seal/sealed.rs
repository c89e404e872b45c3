//! A sealed value and the bytes it is stored as.

use ring::aead::NONCE_LEN;
use thiserror::Error;

use crate::base::seal::master_key::KeyId;

/// A value that only the ring can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    key_id: KeyId,
    /// nonce, ciphertext, tag
    bytes: Vec<u8>,
}

/// The bytes are not what [`Sealed::to_bytes`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a sealed value of a known version")]
pub struct InvalidSealed;

/// The first byte of the storage form.
const VERSION: u8 = 1;

impl Sealed {
    pub(super) fn new(key_id: KeyId, nonce: &[u8; NONCE_LEN], ciphertext: &[u8]) -> Self {
        let bytes = [nonce, ciphertext].concat();
        Self { key_id, bytes }
    }

    /// The key that sealed it.
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    pub(super) fn parts(&self) -> Option<([u8; NONCE_LEN], &[u8])> {
        let (nonce, ciphertext) = self.bytes.split_first_chunk()?;
        Some((*nonce, ciphertext))
    }

    /// The storage form: a version byte, the length of the key's id, the id, the nonce of 12
    /// bytes, the ciphertext, the tag of 16 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let id = self.key_id.as_str();
        let id_length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        [&[VERSION, id_length], id.as_bytes(), &self.bytes].concat()
    }

    /// Reads the storage form. Whether it opens is for the ring to say.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSealed> {
        let [VERSION, id_length, rest @ ..] = bytes else {
            return Err(InvalidSealed);
        };
        let (id, bytes) = rest
            .split_at_checked(usize::from(*id_length))
            .ok_or(InvalidSealed)?;
        let id = str::from_utf8(id).map_err(|_| InvalidSealed)?;
        Ok(Self {
            key_id: KeyId::parse(id).map_err(|_| InvalidSealed)?,
            bytes: bytes.to_vec(),
        })
    }
}
