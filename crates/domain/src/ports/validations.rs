//! Validating license keys.

use crate::model::access::nonce::Nonce;
use crate::ports::licenses::{KeyQuery, KnownLicense};
use crate::ports::store_error::{Found, StoreError};

/// The query of a `/v1/validate` call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateQuery {
    /// The nonce of the call, which the query consumes; `None` for a publishable key.
    pub nonce: Option<Nonce>,
    /// The query for the license.
    pub key: KeyQuery,
}

/// The answer to a [`ValidateQuery`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateRead {
    /// Whether the nonce was not used before, or there is none.
    pub fresh: bool,
    /// The license, if one has this key.
    pub license: Option<KnownLicense>,
}

/// The callback that receives the answer to a [`ValidateQuery`].
pub type ValidateDone = Box<dyn FnOnce(Result<ValidateRead, StoreError>) + Send>;

/// Reads licenses by their keys. It is the most frequent read.
pub trait Validations {
    /// The license with this key. Consumes no nonce: the caller consumes it in its commit.
    fn license_of_key(&self, key: &KeyQuery) -> Found<KnownLicense>;

    /// Consumes the nonce, if any, reads the license, and calls `done` with the answer from any
    /// thread. Never blocks on I/O. A nonce is fresh for exactly one caller, across all nodes
    /// (`a_nonce_is_fresh_once`). A query without a nonce is always fresh
    /// (`a_question_without_a_nonce_is_answered_each_time`).
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone);

    /// Like [`submit_validate`](Self::submit_validate), but blocks until the answer is known.
    fn validate(&self, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit_validate(
            query,
            Box::new(move |answer| {
                // The receiver waits below, so that sending cannot fail.
                let _ = send.send(answer);
            }),
        );
        receive
            .recv()
            .unwrap_or_else(|_| Err(StoreError::Failed("the reader stopped".into())))
    }
}
