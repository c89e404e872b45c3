//! Nonces of signed calls.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::access::nonce::Nonce;

use crate::lookup::Lookup;
use crate::schema::nonces;
use crate::table::{Value, stored};
use crate::writes::{Form, Writes};

/// A row of `nonces`.
#[derive(Debug, Clone)]
pub struct NonceRow {
    key: String,
    signature: Vec<u8>,
    expires_at: i64,
}

impl From<&Nonce> for NonceRow {
    fn from(nonce: &Nonce) -> Self {
        Self {
            key: nonce.key.to_string(),
            signature: nonce.signature.to_vec(),
            expires_at: nonce.expires_at.as_micros(),
        }
    }
}

stored!(NonceRow: nonces { key key, key signature, set expires_at });

/// How a guard finds a nonce.
pub(crate) const LOOKUP: Lookup =
    Lookup::of_fixed("nonces", &["key", "signature"], |row| match row {
        Row::Nonce(key, signature) => Some(vec![Value::text(key), Value::bytes(signature)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    let mut nonces: Vec<&Nonce> = changes.nonces.iter().collect();
    nonces.sort();
    writes.add(Form::InsertNew, nonces.into_iter().map(NonceRow::from));
}
