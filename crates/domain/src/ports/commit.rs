//! Committing changes.

use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::receipt::Receipt;
use crate::ports::store_error::StoreError;

/// Why changes were not committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A guard refused the changes: the caller must read and decide again.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed. An adapter that loses the connection during a commit looks for the id of
    /// the changes; only if it cannot is it unknown after `Unavailable` whether they were committed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The callback that receives the result once a commit is durable, or refused.
pub type CommitDone = Box<dyn FnOnce(Result<Receipt, CommitError>) + Send>;

/// Commits changes.
///
/// A store MUST
///
/// - commit changes as a whole or not at all (`a_refused_commit_writes_nothing`),
/// - make them durable before it acknowledges them
///   (`what_was_acknowledged_is_there_after_reopening`),
/// - check every guard by [`crate::commit::guards::check_guards`],
/// - commit the other callers of a batch when it refuses one (`a_refused_neighbour_disturbs_nobody`),
/// - consume a nonce with the changes that carry it (`a_commit_uses_up_its_nonce`), unless a
///   validation has consumed it (`a_signature_that_has_validated_changes_nothing`), and
/// - merge customers by [`Changes::join_customers`] (`a_known_customer_joins`).
pub trait Commit {
    /// Queues the changes and returns at once. The store calls `done` from any thread.
    fn submit(&self, changes: Changes, done: CommitDone);

    /// Commits the changes and blocks until the result is known.
    fn commit(&self, changes: Changes) -> Result<Receipt, CommitError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit(
            changes,
            Box::new(move |outcome| {
                // The receiver waits below, so that sending cannot fail.
                let _ = send.send(outcome);
            }),
        );
        receive.recv().unwrap_or_else(|_| {
            Err(CommitError::Store(StoreError::Failed(
                "the writer stopped".into(),
            )))
        })
    }
}
