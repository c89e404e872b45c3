//! Use cases: each reads through a port, decides, and commits one value.
//!
//! [`settle`] is the loop they share. A refused commit means that somebody else was faster: the
//! use case reads again and decides again, and a duplicate then becomes an answer.

pub mod api_key;
pub mod catalog;
pub mod checkout;
pub mod connect;
pub mod deliver;
pub mod endpoint;
pub mod fulfil;
pub mod inbound;
pub mod license;
pub mod mint;
pub mod prices;
pub mod refund;
pub mod sweep;
pub mod tenant;
pub mod validate;

use crate::changes::{Changes, Receipt};
use crate::guard::Refusal;
use crate::ports::{Commit, CommitError, StoreError};

/// Why a use case could not be carried out, though nothing was wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others were faster, again and again; worth trying again.
    #[error("too much contention")]
    Contended,
    /// A sealed secret does not open: the master key is missing or another one.
    #[error("a sealed secret does not open: {0}")]
    Sealed(#[from] crate::seal::OpenError),
}

/// What a use case decided.
pub enum Decision<T> {
    /// Nothing changes; this is the answer.
    Answer(T),
    /// These changes; the answer follows from their receipt.
    Commit(Box<Changes>, Answer<T>),
}

/// How the answer follows from the receipt.
pub type Answer<T> = Box<dyn FnOnce(&Receipt) -> T + Send>;

impl<T: Send + 'static> Decision<T> {
    /// Changes after which the answer is `answer`, whatever the receipt says.
    pub fn commit(changes: Changes, answer: T) -> Self {
        Self::Commit(Box::new(changes), Box::new(move |_| answer))
    }
}

/// How often a use case decides before it gives up.
pub const MAX_DECISIONS: usize = 6;

/// Decides and commits until it holds; `decide` is told why the commit before was refused.
pub fn settle<T, E: From<Failure>>(
    store: &(impl Commit + ?Sized),
    mut decide: impl FnMut(Option<&Refusal>) -> Result<Decision<T>, E>,
) -> Result<T, E> {
    let mut refused: Option<Refusal> = None;
    for _ in 0..MAX_DECISIONS {
        match decide(refused.as_ref())? {
            Decision::Answer(answer) => return Ok(answer),
            Decision::Commit(changes, answer) => match store.commit(*changes) {
                Ok(receipt) => return Ok(answer(&receipt)),
                Err(CommitError::Refused(refusal)) => refused = Some(refusal),
                Err(CommitError::Store(error)) => return Err(Failure::Store(error).into()),
            },
        }
    }
    Err(Failure::Contended.into())
}

/// Lets `?` turn what a port says into the error of a use case.
macro_rules! fails_by {
    ($($error:ty),*) => {$(
        impl From<crate::ports::StoreError> for $error {
            fn from(error: crate::ports::StoreError) -> Self {
                Self::Failure(error.into())
            }
        }

        impl From<crate::seal::OpenError> for $error {
            fn from(error: crate::seal::OpenError) -> Self {
                Self::Failure(error.into())
            }
        }
    )*};
}
use fails_by;
