//! Counts calls against rates, and requests shares of the rates from the store.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Rate, Take};
use mintage_domain::model::access::rate_share::Spend;
use mintage_domain::ports::{StoreError, TakeQuery};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::standing::Standing;
use crate::answer::answer;
use crate::app::App;
use crate::state::HeldShare;

/// Counts one call of a subject against a limit.
pub async fn spend(app: &App, what: Limited, subject: &str) -> Standing {
    let standing = spend_share(app, what, subject).await;
    if standing.refused {
        app.metrics.refused(what);
    }
    standing
}

async fn spend_share(app: &App, what: Limited, subject: &str) -> Standing {
    let rate = app.settings.limits.rate(what);
    let key = what.key(subject);
    let now = app.clock.now();
    let held = app.rate_shares.of(&key, rate, now);
    let admitted = |remaining| Standing::admitted(what, rate, remaining, now);
    let spent = held.lock().spend(now);
    match spent {
        Spend::Spent { remaining, low } => {
            if low {
                refill_in_background(app, &held, &key, rate, 0);
            }
            admitted(remaining)
        }
        Spend::Refused(wait) => Standing::refused(what, rate, wait),
        Spend::First if refill_in_background(app, &held, &key, rate, 1) => {
            admitted(rate.limit.saturating_sub(1))
        }
        Spend::First | Spend::Empty => match spend_after_refill(app, &held, &key, rate).await {
            Ok(remaining) => admitted(remaining),
            Err(wait) => Standing::refused(what, rate, wait),
        },
    }
}

/// Takes one call from a rate in the store, which counts exactly across all nodes. For calls that
/// write to the store anyway.
pub async fn spend_exactly(
    app: &App,
    what: Limited,
    subject: &str,
) -> Result<Standing, StoreError> {
    let (rate, now) = (app.settings.limits.rate(what), app.clock.now());
    let key = what.key(subject);
    let (send, receive) = oneshot::channel();
    app.store.submit_take(
        TakeQuery {
            key,
            rate,
            n: 1,
            now,
        },
        Box::new(move |answer| {
            // An error means that the caller has hung up.
            let _ = send.send(answer);
        }),
    );
    Ok(match answer(app.settings.patience.store, receive).await? {
        Take::Granted(Grant { left, .. }) => Standing::admitted(what, rate, left, now),
        Take::Refused(wait) => {
            app.metrics.refused(what);
            Standing::refused(what, rate, wait)
        }
    })
}

/// Waits for the caller who requests a share, and requests another share if nothing is left to spend.
async fn spend_after_refill(
    app: &App,
    held: &Arc<HeldShare>,
    key: &str,
    rate: Rate,
) -> Result<u32, Duration> {
    let _turn = held.refilling.lock().await;
    let spent = held.lock().spend(app.clock.now());
    match spent {
        Spend::Spent { remaining, .. } => return Ok(remaining),
        Spend::Refused(wait) => return Err(wait),
        Spend::First | Spend::Empty => {}
    }
    let (send, receive) = oneshot::channel();
    refill(app, held, key, rate, 1, move |take| {
        // An error means that the caller has hung up.
        let _ = send.send(take);
    });
    match timeout(app.settings.patience.store, receive).await {
        Ok(Ok(Take::Granted(Grant { count, left }))) => Ok(left.saturating_add(count - 1)),
        Ok(Ok(Take::Refused(wait))) => Err(wait),
        // Nobody is refused because the store does not answer.
        Ok(Err(_)) | Err(_) => Ok(0),
    }
}

/// Requests a share and does not wait for it; false if another caller is requesting one already.
fn refill_in_background(
    app: &App,
    held: &Arc<HeldShare>,
    key: &str,
    rate: Rate,
    spent: u32,
) -> bool {
    let Ok(turn) = Arc::clone(&held.refilling).try_lock_owned() else {
        return false;
    };
    refill(app, held, key, rate, spent, move |_| drop(turn));
    true
}

/// Requests a share from the store, of which `spent` calls are spent already, and calls `then` once
/// the answer is noted. If the store does not answer, nobody is refused: the node grants itself the
/// share, and asks the store again when that share is spent.
fn refill(
    app: &App,
    held: &Arc<HeldShare>,
    key: &str,
    rate: Rate,
    spent: u32,
    then: impl FnOnce(Take) + Send + 'static,
) {
    let held = Arc::clone(held);
    let (n, now) = (rate.share(), app.clock.now());
    let key = key.to_owned();
    app.store.submit_take(
        TakeQuery { key, rate, n, now },
        // Noted here, so that the share is not lost if the caller hangs up.
        Box::new(move |answer| {
            let take = answer.unwrap_or_else(|error| {
                tracing::warn!(
                    cause = %error,
                    "could not request a share of a rate; calls are admitted without the store"
                );
                Take::Granted(Grant { count: n, left: 0 })
            });
            held.lock().note(take, spent, now);
            then(take);
        }),
    );
}
