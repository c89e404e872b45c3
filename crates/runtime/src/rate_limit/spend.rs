//! Counts calls against rates, and requests shares of the rates from the store.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Rate, Take};
use mintage_domain::model::access::rate_share::Spend;

use super::standing::Standing;
use crate::app::App;
use crate::blocking::blocking;
use crate::state::HeldShare;

/// Counts one call of a subject against a limit.
pub async fn spend(app: &Arc<App>, what: Limited, subject: &str) -> Standing {
    let rate = app.settings.limits.rate(what);
    let key = what.key(subject);
    let now = app.clock.now();
    let held = app.rate_shares.of(&key, rate, now);
    let admitted = |remaining| Standing::admitted(what, rate, remaining, now);
    let spent = held.lock().spend(now);
    match spent {
        Spend::Spent { remaining, low } => {
            if low {
                refill_in_background(app, &held, key, rate, 0);
            }
            admitted(remaining)
        }
        Spend::Refused(wait) => Standing::refused(what, rate, wait),
        Spend::First if refill_in_background(app, &held, key.clone(), rate, 1) => {
            admitted(rate.limit.saturating_sub(1))
        }
        Spend::First | Spend::Empty => match spend_after_refill(app, &held, key, rate).await {
            Ok(remaining) => admitted(remaining),
            Err(wait) => Standing::refused(what, rate, wait),
        },
    }
}

/// The standing of a subject whose calls are refused at present, as far as this node knows. Counts no
/// call.
pub fn current_refusal(app: &App, what: Limited, subject: &str) -> Option<Standing> {
    let held = app.rate_shares.find(&what.key(subject))?;
    let wait = held.lock().refused(app.clock.now())?;
    Some(Standing::refused(
        what,
        app.settings.limits.rate(what),
        wait,
    ))
}

/// Waits for the task that requests a share, and requests another share if nothing is left to spend.
async fn spend_after_refill(
    app: &Arc<App>,
    held: &Arc<HeldShare>,
    key: String,
    rate: Rate,
) -> Result<u32, Duration> {
    let _turn = held.refilling.lock().await;
    let spent = held.lock().spend(app.clock.now());
    match spent {
        Spend::Spent { remaining, .. } => Ok(remaining),
        Spend::Refused(wait) => Err(wait),
        Spend::First | Spend::Empty => match refill(app, held, key, rate, 1).await {
            Take::Granted(Grant { count, left }) => Ok(left.saturating_add(count - 1)),
            Take::Refused(wait) => Err(wait),
        },
    }
}

/// Requests a share in the background; false if another task is requesting one already.
fn refill_in_background(
    app: &Arc<App>,
    held: &Arc<HeldShare>,
    key: String,
    rate: Rate,
    spent: u32,
) -> bool {
    let Ok(turn) = Arc::clone(&held.refilling).try_lock_owned() else {
        return false;
    };
    let (app, held) = (Arc::clone(app), Arc::clone(held));
    tokio::spawn(async move {
        refill(&app, &held, key, rate, spent).await;
        drop(turn);
    });
    true
}

/// Requests a share from the store, of which `spent` calls are spent already. If the store does not
/// answer, nobody is refused: the node grants itself the share, and asks the store again when that share
/// is spent.
async fn refill(
    app: &Arc<App>,
    held: &Arc<HeldShare>,
    key: String,
    rate: Rate,
    spent: u32,
) -> Take {
    let held = Arc::clone(held);
    let (count, left) = (rate.share(), 0);
    // The share is recorded on the blocking thread, so that it is not lost if the caller hangs up.
    let taken = blocking(app, move |app| {
        let now = app.clock.now();
        let take = app.store.take(&key, rate, count, now);
        let take = take.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "could not request a share of a rate; calls are admitted without the store");
            Take::Granted(Grant { count, left })
        });
        held.lock().note(take, spent, now);
        take
    });
    taken.await.unwrap_or(Take::Granted(Grant { count, left }))
}
