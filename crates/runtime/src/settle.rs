//! Commits and the reads of validations for asynchronous handlers, without a thread that waits.

use std::sync::Arc;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{CommitError, Store, StoreError, ValidateQuery, ValidateRead};
use mintage_domain::usecase::commit_loop::{Decision, MAX_ATTEMPTS};
use mintage_domain::usecase::failure::Failure;
use tokio::sync::oneshot;

use crate::app::App;
use crate::blocking::{BlockingError, blocking};

/// Why a decision was not committed.
#[derive(Debug, thiserror::Error)]
pub enum SettleError<E> {
    /// The decision did not run to its end.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The use case refused, or the store failed.
    #[error(transparent)]
    UseCase(E),
}

/// [`mintage_domain::usecase::commit_loop::settle`] for handlers: decides on a thread where waiting is allowed,
/// and awaits the commit without a thread.
pub async fn settle<T, E>(
    app: &Arc<App>,
    decide: impl Fn(&App, Option<&Refusal>) -> Result<Decision<T>, E> + Send + Sync + 'static,
) -> Result<T, SettleError<E>>
where
    T: Send + 'static,
    E: From<Failure> + Send + 'static,
{
    let failed = |failure: Failure| SettleError::UseCase(failure.into());
    let decide = Arc::new(decide);
    let mut refused: Option<Refusal> = None;
    for _ in 0..MAX_ATTEMPTS {
        let once = Arc::clone(&decide);
        let decision = blocking(app, move |app| once(app, refused.as_ref())).await?;
        match decision.map_err(SettleError::UseCase)? {
            Decision::Answer(answer) => return Ok(answer),
            Decision::Commit(changes, answer) => match commit(&*app.store, *changes).await {
                Ok(receipt) => return Ok(answer(&receipt)),
                Err(CommitError::Refused(refusal)) => refused = Some(refusal),
                Err(CommitError::Store(error)) => return Err(failed(Failure::Store(error))),
            },
        }
    }
    Err(failed(Failure::Contended))
}

async fn commit(store: &dyn Store, changes: Changes) -> Result<Receipt, CommitError> {
    let (send, receive) = oneshot::channel();
    store.submit(
        changes,
        Box::new(move |outcome| {
            // An error means that the caller has hung up.
            let _ = send.send(outcome);
        }),
    );
    receive.await.unwrap_or_else(|_| {
        let stopped = StoreError::Failed("the writer stopped".into());
        Err(CommitError::Store(stopped))
    })
}

/// Reads what the validation of a license key needs.
pub async fn read_validation(
    store: &dyn Store,
    query: ValidateQuery,
) -> Result<ValidateRead, StoreError> {
    let (send, receive) = oneshot::channel();
    store.submit_validate(
        query,
        Box::new(move |answer| {
            // An error means that the caller has hung up.
            let _ = send.send(answer);
        }),
    );
    receive
        .await
        .unwrap_or_else(|_| Err(StoreError::Failed("the reader stopped".into())))
}
