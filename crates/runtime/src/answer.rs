//! Waiting for the answers that a store gives by calling back.

use std::time::Duration;

use mintage_domain::ports::StoreError;
use tokio::sync::oneshot::Receiver;
use tokio::time::timeout;

/// Waits for the answer to a call of the store, no longer than `patience`: the connection to a
/// database may have fallen silent.
pub(crate) async fn answer<T, E: From<StoreError>>(
    patience: Duration,
    receive: Receiver<Result<T, E>>,
) -> Result<T, E> {
    match timeout(patience, receive).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            let stopped = "a thread of the store stopped".to_owned();
            Err(StoreError::Failed(stopped).into())
        }
        Err(_) => {
            let silent = "the store does not answer".to_owned();
            Err(StoreError::Unavailable(silent).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::sync::oneshot::channel;

    use super::*;

    #[test]
    fn a_caller_hears_the_answer_or_that_there_is_none() {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let patience = Duration::from_millis(20);
        let wait = |receive| runtime.block_on(answer::<u32, StoreError>(patience, receive));

        let (send, receive) = channel();
        send.send(Ok(7)).expect("somebody waits");
        assert_eq!(wait(receive), Ok(7));

        let (silent, receive) = channel();
        assert!(matches!(wait(receive), Err(StoreError::Unavailable(_))));
        drop(silent);

        let (stopped, receive) = channel();
        drop(stopped);
        assert!(matches!(wait(receive), Err(StoreError::Failed(_))));
    }
}
