//! This node's shares of all rates, and how they are asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use actix_web::{rt, web};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Rate, Take};
use mintage_domain::model::access::rate_share::{Share, Spend};

use crate::app::{App, blocking};

/// No more shares than this are held; past it those that are over go, or else all.
const ROOM: usize = 50_000;

/// The shares.
#[derive(Default)]
pub struct Throttle(RwLock<HashMap<String, Arc<Held>>>);

/// One share. Whoever asks the store for more of it holds `asking`, so that one call asks and the
/// others wait for its answer.
struct Held {
    share: Mutex<Share>,
    asking: Arc<tokio::sync::Mutex<()>>,
}

/// How a subject stands with one of its rates after a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) what: Limited,
    pub(crate) rate: Rate,
    /// How many calls are left, as far as this node knows.
    pub(crate) remaining: u32,
    /// When that changes.
    pub(crate) resets_in: Duration,
    /// Whether the call is one too many.
    pub(crate) refused: bool,
}

impl Standing {
    pub(crate) fn admitted(what: Limited, rate: Rate, remaining: u32, now: Timestamp) -> Self {
        Self {
            what,
            rate,
            remaining,
            resets_in: rate.ends_in(now),
            refused: false,
        }
    }

    pub(crate) fn refused(what: Limited, rate: Rate, wait: Duration) -> Self {
        Self {
            what,
            rate,
            remaining: 0,
            resets_in: wait,
            refused: true,
        }
    }
}

/// Spends one of a subject's rate.
pub(crate) async fn spend(app: &web::Data<App>, what: Limited, subject: &str) -> Standing {
    let rate = app.settings.limits.rate(what);
    let key = what.key(subject);
    let now = app.clock.now();
    let held = app.throttle.held(&key, rate, now);
    let admitted = |remaining| Standing::admitted(what, rate, remaining, now);
    let spent = held.share().spend(now);
    match spent {
        Spend::Spent { remaining, low } => {
            if low {
                ask_aside(app, &held, key, rate, 0);
            }
            admitted(remaining)
        }
        Spend::Refused(wait) => Standing::refused(what, rate, wait),
        Spend::First if ask_aside(app, &held, key.clone(), rate, 1) => {
            admitted(rate.limit.saturating_sub(1))
        }
        Spend::First | Spend::Empty => match in_turn(app, &held, key, rate).await {
            Ok(remaining) => admitted(remaining),
            Err(wait) => Standing::refused(what, rate, wait),
        },
    }
}

/// For how long a subject's calls are refused, as far as this node knows; spends nothing.
pub(crate) fn refusal(app: &App, what: Limited, subject: &str) -> Option<Standing> {
    let held = app.throttle.find(&what.key(subject))?;
    let wait = held.share().refused(app.clock.now())?;
    Some(Standing::refused(
        what,
        app.settings.limits.rate(what),
        wait,
    ))
}

/// Waits for whoever asks the store, and asks for more if there is still nothing.
async fn in_turn(
    app: &web::Data<App>,
    held: &Arc<Held>,
    key: String,
    rate: Rate,
) -> Result<u32, Duration> {
    let _turn = held.asking.lock().await;
    let spent = held.share().spend(app.clock.now());
    match spent {
        Spend::Spent { remaining, .. } => Ok(remaining),
        Spend::Refused(wait) => Err(wait),
        Spend::First | Spend::Empty => match ask(app, held, key, rate, 1).await {
            Take::Granted(Grant { count, left }) => Ok(left.saturating_add(count - 1)),
            Take::Refused(wait) => Err(wait),
        },
    }
}

/// Asks the store for a share while the call goes on; says whether it was this call's turn.
fn ask_aside(app: &web::Data<App>, held: &Arc<Held>, key: String, rate: Rate, spent: u32) -> bool {
    let Ok(turn) = Arc::clone(&held.asking).try_lock_owned() else {
        return false;
    };
    let (app, held) = (app.clone(), Arc::clone(held));
    rt::spawn(async move {
        ask(&app, &held, key, rate, spent).await;
        drop(turn);
    });
    true
}

/// Asks the store for a share, of which `spent` are spent already. A store that does not answer
/// refuses nobody: it is as if it had granted the share, and is asked again when that is spent.
async fn ask(app: &web::Data<App>, held: &Arc<Held>, key: String, rate: Rate, spent: u32) -> Take {
    let held = Arc::clone(held);
    let (count, left) = (rate.share(), 0);
    // The answer is noted there, so that a caller who hangs up loses no share.
    let asked = blocking(app, move |app| {
        let now = app.clock.now();
        let take = app.store.take(&key, rate, count, now);
        let take = take.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "a limit is not counted");
            Take::Granted(Grant { count, left })
        });
        held.share().note(take, spent, now);
        take
    });
    asked.await.unwrap_or(Take::Granted(Grant { count, left }))
}

impl Held {
    fn share(&self) -> MutexGuard<'_, Share> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Throttle {
    fn find(&self, key: &str) -> Option<Arc<Held>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(key).cloned()
    }

    fn held(&self, key: &str, rate: Rate, now: Timestamp) -> Arc<Held> {
        if let Some(held) = self.find(key) {
            return held;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ROOM {
            all.retain(|_, held| !held.share().is_over(now));
            if all.len() >= ROOM {
                all.clear();
            }
        }
        let new = || Held {
            share: Mutex::new(Share::new(rate)),
            asking: Arc::default(),
        };
        let held = all.entry(key.to_owned()).or_insert_with(|| Arc::new(new()));
        Arc::clone(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE_A_MINUTE: Rate = Rate {
        limit: 1,
        window: Duration::from_mins(1),
    };

    #[test]
    fn when_there_is_no_room_what_is_over_goes_first() {
        let throttle = Throttle::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let spend = |key: &str, now| throttle.held(key, ONCE_A_MINUTE, now).share().spend(now);
        let len = || throttle.0.read().expect("whole").len();
        for nth in 0..ROOM {
            // The first half is over when the last one comes.
            let now = if nth < ROOM / 2 { at(0) } else { at(60) };
            spend(&nth.to_string(), now);
        }
        assert_eq!(len(), ROOM);
        spend("one more", at(60));
        assert_eq!(len(), ROOM / 2 + 1);
        for nth in 0..ROOM / 2 {
            spend(&format!("more {nth}"), at(60));
        }
        assert_eq!(len(), 1, "none was over, so all went");
    }
}
