use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::receipt::Receipt;
use crate::ports::store_error::StoreError;

/// Why a commit did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A guard refused it: read again and decide again.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed. After `Unavailable` it is unknown whether the changes were committed
    /// only if the store could not be asked again; they carry their id for that.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Told once a commit is durable, or refused.
pub type CommitDone = Box<dyn FnOnce(Result<Receipt, CommitError>) + Send>;

/// Commits.
///
/// A store MUST commit changes whole or not at all (`a_refused_commit_writes_nothing`), durably
/// before it says so (`what_was_acknowledged_is_there_after_reopening`), judge every guard by
/// [`crate::commit::guards::check_guards`], let a refused caller in a batch disturb no other
/// (`a_refused_neighbour_disturbs_nobody`), use up a nonce with the changes that
/// carry it (`a_commit_uses_up_its_nonce`) unless a validation has
/// (`a_signature_that_has_validated_changes_nothing`), and join customers by
/// [`Changes::join_customers`] (`a_known_customer_joins`).
pub trait Commit {
    /// Hands the changes over and returns at once; `done` is called from any thread.
    fn submit(&self, changes: Changes, done: CommitDone);

    /// Commits, waiting for the outcome.
    fn commit(&self, changes: Changes) -> Result<Receipt, CommitError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit(
            changes,
            Box::new(move |outcome| {
                // The receiver waits below; it cannot be gone.
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
