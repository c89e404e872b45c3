//! Sealing: secrets that are needed again are kept under AES-256-GCM with a master key.
//!
//! A sealed value names the key that sealed it, so that keys can be changed: new values are sealed
//! with the primary key of the ring, old ones still open with theirs. What a value is (its kind,
//! its owner's id, its field) is bound to it, so that it cannot be moved to another row.

mod master_key;
mod sealed;

use std::fmt;

use ring::aead::{Aad, NONCE_LEN, Nonce};
use thiserror::Error;

use crate::base::secret::Secret;

pub use crate::base::seal::master_key::{InvalidKeyId, InvalidMasterKey, KeyId, MasterKey};
pub use crate::base::seal::sealed::{InvalidSealed, Sealed};

/// The master keys that an installation knows: one seals, all open.
#[derive(Debug)]
pub struct KeyRing {
    primary: MasterKey,
    others: Vec<MasterKey>,
}

/// Two master keys bear the same id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("two master keys are called `{0}`")]
pub struct DuplicateKeyId(pub KeyId);

/// What a sealed value is and whose; a value opens only in the context it was sealed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The kind of thing that has the secret: `api-key`.
    pub kind: &'a str,
    /// Which of them.
    pub id: &'a str,
    /// Which of its secrets: `secret`.
    pub field: &'a str,
}

/// Why a sealed value does not open.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The key that sealed it is not on the ring.
    #[error("sealed with the master key `{0}`, which is not configured")]
    UnknownKey(KeyId),
    /// Altered, moved from elsewhere, or sealed with another key of the same id.
    #[error("the sealed value was altered, moved, or sealed with another key of the same id")]
    Refused,
}

/// The bytes that came out of a sealed value. They do not print.
#[derive(Clone)]
pub struct Opened(Vec<u8>);

impl Opened {
    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text; `None` when they are not UTF-8.
    pub fn into_text(self) -> Option<Secret> {
        String::from_utf8(self.0).ok().map(Secret::new)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

impl KeyRing {
    /// A ring that seals with `primary` and opens with any.
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

    /// Seals a secret under the primary key. A nonce must never serve twice: 96 random bits.
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

    /// Opens a sealed value with the key it names.
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
        Ok(Opened(bytes))
    }
}

/// What is bound to the ciphertext: each part behind its length, so that no two contexts share
/// their bytes.
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
