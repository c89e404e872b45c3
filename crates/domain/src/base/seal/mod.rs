//! Sealing: secrets that are needed again are encrypted with AES-256-GCM under a master key.
//!
//! A sealed value contains the id of the key that sealed it, so that keys can be rotated: the
//! primary key of the ring seals new values, and the other keys still open old ones. The kind, the
//! owner's id and the field of a value are its associated data, so that a sealed value cannot be
//! moved to another row.

mod master_key;
mod sealed;

use std::fmt;

use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::hmac;
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

use crate::base::secret::Secret;

pub use crate::base::seal::master_key::{InvalidKeyId, InvalidMasterKey, KeyId, MasterKey};
pub use crate::base::seal::sealed::{InvalidSealed, Sealed};

/// The master keys of an installation: the primary key seals, every key opens.
#[derive(Debug)]
pub struct KeyRing {
    primary: MasterKey,
    others: Vec<MasterKey>,
}

/// Two master keys have the same id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("two master keys have the id `{0}`")]
pub struct DuplicateKeyId(pub KeyId);

/// The identity of a secret. A sealed value opens only in the context in which it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The kind of object that owns the secret, such as `api-key`.
    pub kind: &'a str,
    /// The id of the object.
    pub id: &'a str,
    /// The field that holds the secret, such as `secret`.
    pub field: &'a str,
}

/// Why a sealed value cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The key that sealed the value is not in the ring.
    #[error("sealed with the master key `{0}`, which is not configured")]
    UnknownKey(KeyId),
    /// The value was altered or moved, or was sealed with another key of the same id.
    #[error("the sealed value was altered, moved, or sealed with another key of the same id")]
    Refused,
}

/// The plain bytes of a sealed value. Their `Debug` is redacted, and their memory is overwritten
/// when they are dropped.
#[derive(Clone)]
pub struct Opened(SecretSlice<u8>);

impl Opened {
    /// The plain bytes.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// The bytes as a secret text; `None` if they are not UTF-8.
    pub fn into_text(self) -> Option<Secret> {
        str::from_utf8(self.expose()).ok().map(Secret::new)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

impl KeyRing {
    /// A ring that seals with `primary` and opens with any of the keys.
    pub fn new(primary: MasterKey, others: Vec<MasterKey>) -> Result<Self, DuplicateKeyId> {
        let mut seen = vec![primary.id()];
        for key in &others {
            if seen.contains(&key.id()) {
                return Err(DuplicateKeyId(key.id().clone()));
            }
            seen.push(key.id());
        }
        Ok(Self { primary, others })
    }

    /// The id of the key that seals.
    pub fn primary_id(&self) -> &KeyId {
        self.primary.id()
    }

    /// The ids of all keys, the primary one first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        std::iter::once(&self.primary)
            .chain(&self.others)
            .map(MasterKey::id)
    }

    /// Seals a secret under the primary key. The nonce is 96 random bits and must never be reused.
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM refuses only what is longer than 64 GiB"
    )]
    pub fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        context: &SealContext<'_>,
        plaintext: &[u8],
    ) -> Sealed {
        let mut ciphertext = plaintext.to_vec();
        self.primary
            .cipher()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated_data(self.primary.id(), context)),
                &mut ciphertext,
            )
            .expect("a secret is shorter than 64 GiB");
        Sealed::new(self.primary.id().clone(), &nonce, &ciphertext)
    }

    /// Signs a message for a purpose with a key derived from the primary key. Returns the id of the
    /// primary key and the HMAC-SHA256.
    pub fn sign(&self, purpose: &str, message: &[u8]) -> (&KeyId, [u8; 32]) {
        let tag = hmac::sign(&self.primary.signing_key(purpose), message);
        let mut signature = [0; 32];
        for (to, from) in signature.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        (self.primary.id(), signature)
    }

    /// Whether the message was signed for this purpose with the key of this id; compared in constant
    /// time.
    pub fn verify(&self, purpose: &str, id: &KeyId, message: &[u8], signature: &[u8]) -> bool {
        let mut keys = std::iter::once(&self.primary).chain(&self.others);
        let key = keys.find(|key| key.id() == id);
        key.is_some_and(|key| hmac::verify(&key.signing_key(purpose), message, signature).is_ok())
    }

    /// Opens a sealed value with the key whose id the value contains.
    pub fn open(&self, context: &SealContext<'_>, sealed: &Sealed) -> Result<Opened, OpenError> {
        let key = std::iter::once(&self.primary)
            .chain(&self.others)
            .find(|key| key.id() == sealed.key_id())
            .ok_or_else(|| OpenError::UnknownKey(sealed.key_id().clone()))?;
        let (nonce, ciphertext) = sealed.parts().ok_or(OpenError::Refused)?;
        let mut bytes = ciphertext.to_vec();
        let length = key
            .cipher()
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated_data(key.id(), context)),
                &mut bytes,
            )
            .map_err(|_| OpenError::Refused)?
            .len();
        bytes.truncate(length);
        Ok(Opened(SecretSlice::from(bytes)))
    }
}

/// The associated data of a ciphertext: each part is preceded by its length, so that two different
/// contexts never have the same bytes.
fn associated_data(key_id: &KeyId, context: &SealContext<'_>) -> Vec<u8> {
    let SealContext { kind, id, field } = *context;
    let mut data = Vec::new();
    for part in [key_id.as_str(), kind, id, field] {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

#[cfg(test)]
mod tests;
