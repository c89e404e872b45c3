//! Blocking work, on threads where waiting is allowed.

use std::sync::Arc;

use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

use crate::app::App;

/// Why blocking work did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockingError {
    /// The server is stopping and starts no more work.
    #[error("the server is stopping")]
    Stopping,
    /// The work panicked.
    #[error("the work panicked")]
    Panicked,
    /// The work takes too long, and nobody waits for it any more.
    #[error("the work takes too long")]
    TooSlow,
}

impl From<JoinError> for BlockingError {
    fn from(error: JoinError) -> Self {
        if error.is_panic() {
            Self::Panicked
        } else {
            Self::Stopping
        }
    }
}

/// Runs work that waits for I/O on a thread where waiting is allowed. After
/// [`Patience::work`](crate::app::Patience::work) the caller gets an error, and the thread goes on.
pub async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, BlockingError> {
    let patience = app.settings.patience.work;
    let app = Arc::clone(app);
    timeout(patience, spawn_blocking(move || work(&app)))
        .await
        .map_err(|_| BlockingError::TooSlow)?
        .map_err(BlockingError::from)
}
