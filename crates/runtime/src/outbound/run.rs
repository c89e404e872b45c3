//! Running work that calls Stripe.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::app::App;
use crate::blocking::BlockingError;

/// Why work that calls Stripe did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// As many calls as are allowed wait for Stripe already, for this tenant or for all tenants.
    #[error("too many calls wait for Stripe")]
    Full,
    /// Stripe does not answer at present, and is asked again after this time.
    #[error("Stripe does not answer at present")]
    CircuitOpen(Duration),
    /// The work was interrupted.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
}

/// Refuses work whose calls for this account would be refused by the circuit of the mode. For work that
/// changes something before it calls Stripe.
pub fn check_circuit(
    app: &App,
    mode: Mode,
    account: Option<&StripeAccountId>,
) -> Result<(), OutboundError> {
    match app.stripe_circuits.refusal(mode, account) {
        Some(wait) => Err(OutboundError::CircuitOpen(wait)),
        None => Ok(()),
    }
}

/// Runs work that calls Stripe for a tenant. The work has a thread of its own and takes none from the work
/// that waits for the database only. If no thread becomes free within a moment, the work is refused.
pub async fn call_stripe<T: Send + 'static>(
    app: &Arc<App>,
    tenant: &str,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, OutboundError> {
    let taken = app.stripe_threads.take(tenant).await;
    let taken = taken.ok_or(OutboundError::Full)?;
    let (send, receive) = oneshot::channel();
    let patience = app.settings.patience.work;
    let app = Arc::clone(app);
    let run = move || {
        let result = work(&app);
        drop(taken);
        // An error means that the caller has hung up.
        let _ = send.send(result);
    };
    std::thread::Builder::new()
        .name("mintage-stripe".into())
        .spawn(run)
        .map_err(|error| {
            tracing::error!(cause = %error, "could not start a thread for a call of Stripe");
            OutboundError::Full
        })?;
    match timeout(patience, receive).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) => Err(BlockingError::Panicked.into()),
        Err(_) => Err(BlockingError::TooSlow.into()),
    }
}
