//! The secrets of an OAuth round.
//!
//! The seller gets a *ticket*, a part of the URL of our page. The *key* of the round is the hash of the
//! ticket, so the `state` that travels through Stripe does not reveal the ticket. A `state` is the key
//! and a signature over the key and the secret of one browser: with a foreign browser, or without one,
//! it is of no use. Nothing is stored for a page that is opened.

use data_encoding::HEXLOWER;

use crate::base::seal::KeyId;
use crate::base::secret::{Secret, SecretHash};
use crate::usecase::env::Env;

/// What the signatures of states are for.
const PURPOSE: &str = "oauth-state/1";

/// 256 random bits as 64 hex digits.
pub(super) fn random_hex(env: &Env<'_>) -> Secret {
    Secret::new(HEXLOWER.encode(&env.random::<32>()))
}

/// The key of the round that a ticket opens.
pub(super) fn key_of(ticket: &Secret) -> Secret {
    Secret::new(SecretHash::of(&format!("ticket {}", ticket.expose())).to_hex())
}

/// The hash under which a round is stored.
pub(super) fn hash_of(key: &Secret) -> SecretHash {
    SecretHash::of(key.expose())
}

/// The `state` of a round for a browser.
pub(super) fn state_for(env: &Env<'_>, key: &Secret, browser: &Secret) -> Secret {
    let (id, signature) = env.keys.sign(PURPOSE, &message(key, browser));
    let signature = HEXLOWER.encode(&signature);
    Secret::new(format!("{}.{id}.{signature}", key.expose()))
}

/// A `state` as it comes back.
pub(super) struct State {
    /// The key of the round.
    pub(super) key: Secret,
    master_key: Option<KeyId>,
    signature: Vec<u8>,
}

impl State {
    /// Reads a `state`, which may be anything.
    pub(super) fn read(text: &Secret) -> Self {
        let mut parts = text.expose().splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        Self {
            key: Secret::new(part()),
            master_key: KeyId::parse(part()).ok(),
            signature: HEXLOWER.decode(part().as_bytes()).unwrap_or_default(),
        }
    }

    /// Whether the state was made for this browser.
    pub(super) fn is_of(&self, env: &Env<'_>, browser: &Secret) -> bool {
        let message = message(&self.key, browser);
        self.master_key
            .as_ref()
            .is_some_and(|id| env.keys.verify(PURPOSE, id, &message, &self.signature))
    }
}

fn message(key: &Secret, browser: &Secret) -> Vec<u8> {
    format!("{} {}", key.expose(), browser.expose()).into_bytes()
}
