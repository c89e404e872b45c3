use crate::model::access::nonce::Nonce;
use crate::ports::licenses::{KeyQuery, KnownLicense};
use crate::ports::store_error::{Found, StoreError};

/// What `/v1/validate` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateQuery {
    /// The call's signature, used up by asking. A publishable key signs nothing.
    pub nonce: Option<Nonce>,
    /// Which license.
    pub key: KeyQuery,
}

/// What is known of the license that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateRead {
    /// Whether the signature is used for the first time, or there is none.
    pub fresh: bool,
    /// The license.
    pub license: Option<KnownLicense>,
}

/// Told once a validate query is answered.
pub type ValidateDone = Box<dyn FnOnce(Result<ValidateRead, StoreError>) + Send>;

/// Reads licenses by their keys: the hot read.
pub trait Validations {
    /// The license with this key, using nothing up: for calls that use their nonce up in what they
    /// commit.
    fn license_of_key(&self, key: &KeyQuery) -> Found<KnownLicense>;

    /// Uses up the nonce, if there is one, and reads the license, and calls `done` with the answer
    /// from any thread; never blocks on I/O. The same nonce is fresh to exactly one caller,
    /// whichever node it asks (`a_nonce_is_fresh_once`). A question without a nonce is always
    /// fresh (`a_question_without_a_nonce_is_answered_each_time`).
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone);

    /// The same, waiting for the answer.
    fn validate(&self, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit_validate(
            query,
            Box::new(move |answer| {
                // The receiver waits below; it cannot be gone.
                let _ = send.send(answer);
            }),
        );
        receive
            .recv()
            .unwrap_or_else(|_| Err(StoreError::Failed("the reader stopped".into())))
    }
}
