//! Blocking work, on threads where waiting is allowed.

use std::sync::Arc;

use tokio::task::{JoinError, spawn_blocking};

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

/// Runs work that waits for I/O on a thread where waiting is allowed.
pub async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, BlockingError> {
    let app = Arc::clone(app);
    Ok(spawn_blocking(move || work(&app)).await?)
}
