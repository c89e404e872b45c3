//! Commits and the reads of validations for asynchronous handlers, without a thread that waits.

use std::sync::Arc;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{CommitError, StoreError, ValidateQuery, ValidateRead};
use mintage_domain::usecase::commit_loop::{Decision, MAX_ATTEMPTS};
use mintage_domain::usecase::failure::Failure;
use tokio::sync::oneshot;

use crate::answer::answer;
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
    let decide = Arc::new(decide);
    let once = Arc::clone(&decide);
    let first = blocking(app, move |app| once(app, None)).await?;
    let first = first.map_err(SettleError::UseCase)?;
    settle_from(app, first, move |app, refusal| decide(app, Some(refusal))).await
}

/// Like [`settle`], with a first decision that was made without reading anything. Only after a refused
/// commit `decide_again` decides, on a thread where waiting is allowed.
pub async fn settle_from<T, E>(
    app: &Arc<App>,
    first: Decision<T>,
    decide_again: impl Fn(&App, &Refusal) -> Result<Decision<T>, E> + Send + Sync + 'static,
) -> Result<T, SettleError<E>>
where
    T: Send + 'static,
    E: From<Failure> + Send + 'static,
{
    let failed = |failure: Failure| SettleError::UseCase(failure.into());
    let decide = Arc::new(decide_again);
    let mut decision = first;
    for attempt in 1..=MAX_ATTEMPTS {
        let refusal = match decision {
            Decision::Answer(answer) => return Ok(answer),
            Decision::Commit(changes, answer) => match commit(app, *changes).await {
                Ok(receipt) => return Ok(answer(&receipt)),
                Err(CommitError::Refused(refusal)) => refusal,
                Err(CommitError::Store(error)) => return Err(failed(Failure::Store(error))),
            },
        };
        if attempt == MAX_ATTEMPTS {
            break;
        }
        let again = Arc::clone(&decide);
        let next = blocking(app, move |app| again(app, &refusal)).await?;
        decision = next.map_err(SettleError::UseCase)?;
    }
    Err(failed(Failure::Contended))
}

async fn commit(app: &App, changes: Changes) -> Result<Receipt, CommitError> {
    let (send, receive) = oneshot::channel();
    app.store.submit(
        changes,
        Box::new(move |outcome| {
            // An error means that the caller has hung up.
            let _ = send.send(outcome);
        }),
    );
    answer(app.settings.patience.store, receive).await
}

/// Reads what the validation of a license key needs.
pub async fn read_validation(app: &App, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
    let (send, receive) = oneshot::channel();
    app.store.submit_validate(
        query,
        Box::new(move |read| {
            // An error means that the caller has hung up.
            let _ = send.send(read);
        }),
    );
    answer(app.settings.patience.store, receive).await
}
