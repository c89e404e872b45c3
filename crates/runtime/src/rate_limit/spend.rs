//! Spending one of a rate, and asking the store for more.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Rate, Take};
use mintage_domain::model::access::rate_share::Spend;

use super::standing::Standing;
use crate::app::App;
use crate::blocking::blocking;
use crate::state::HeldShare;

/// Spends one of a subject's rate.
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

/// The standing of a subject whose calls are refused at present, as far as this node knows. Spends
/// nothing.
pub fn current_refusal(app: &App, what: Limited, subject: &str) -> Option<Standing> {
    let held = app.rate_shares.find(&what.key(subject))?;
    let wait = held.lock().refused(app.clock.now())?;
    Some(Standing::refused(
        what,
        app.settings.limits.rate(what),
        wait,
    ))
}

/// Waits for the task that asks the store, and asks for more if there is still nothing to spend.
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

/// Asks the store for a share while the call goes on; false if another task asks already.
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

/// Asks the store for a share, of which `spent` are spent already. A store that does not answer
/// refuses nobody: the call goes on as if the store had granted the share, and the store is asked
/// again when that share is spent.
async fn refill(
    app: &Arc<App>,
    held: &Arc<HeldShare>,
    key: String,
    rate: Rate,
    spent: u32,
) -> Take {
    let held = Arc::clone(held);
    let (count, left) = (rate.share(), 0);
    // The answer is recorded there, so that a caller who hangs up loses no share.
    let taken = blocking(app, move |app| {
        let now = app.clock.now();
        let take = app.store.take(&key, rate, count, now);
        let take = take.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "a limit is not counted");
            Take::Granted(Grant { count, left })
        });
        held.lock().note(take, spent, now);
        take
    });
    taken.await.unwrap_or(Take::Granted(Grant { count, left }))
}
