//! Rates, and what housekeeping forgets.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::rate::{Grant, Rate, Take};
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::Store;

use super::witness::{at_once, changing, committed};
use crate::fixtures::Shop;

const TWENTY_A_MINUTE: Rate = Rate {
    limit: 20,
    window: Duration::from_mins(1),
};

fn ask(store: &dyn Store, key: &str, n: u32, now: Timestamp) -> Take {
    let take = store.take(key, TWENTY_A_MINUTE, n, now);
    take.expect("the store answers")
}

/// How long to wait before one can be taken; `None` if one was.
fn take(store: &dyn Store, key: &str, now: Timestamp) -> Option<Duration> {
    match ask(store, key, 1, now) {
        Take::Granted(_) => None,
        Take::Refused(wait) => Some(wait),
    }
}

/// Callers at once are granted twenty together, whoever they are and however much each asks for.
pub fn a_rate_is_shared_by_all_callers(store: &dyn Store) {
    let now = Shop::new("acme").now();
    for (key, n) in [("checkout:acme", 1), ("key:ak", 3)] {
        let takes = at_once(40, |_| ask(store, key, n, now));
        let granted = takes.into_iter().map(|take| match take {
            Take::Granted(grant) => grant.count,
            Take::Refused(_) => 0,
        });
        assert_eq!(granted.sum::<u32>(), 20, "{n} at once");
    }
}

/// Who asks for more than is left is granted what is left, and told what is left for others.
pub fn a_share_is_granted_as_far_as_it_is_left(store: &dyn Store) {
    let now = Shop::new("acme").now();
    for (asked, count, left) in [(15, 15, 5), (3, 3, 2), (3, 2, 0)] {
        let grant = Take::Granted(Grant { count, left });
        assert_eq!(ask(store, "key:ak", asked, now), grant);
    }
    assert!(matches!(ask(store, "key:ak", 3, now), Take::Refused(_)));
}

/// The twenty-first is told a wait that is worth waiting: until then all are refused, and then one
/// fits again.
pub fn who_is_refused_is_told_how_long_to_wait(store: &dyn Store) {
    let now = Shop::new("acme").now();
    for _ in 0..20 {
        assert_eq!(take(store, "checkout:acme", now), None);
    }
    let wait = take(store, "checkout:acme", now).expect("the twenty-first is refused");
    assert!(wait <= 2 * TWENTY_A_MINUTE.window, "{wait:?}");
    let just_before = now.plus(wait.saturating_sub(Duration::from_micros(1)));
    assert!(take(store, "checkout:acme", just_before).is_some());
    assert_eq!(take(store, "checkout:acme", now.plus(wait)), None);
}

/// Who is refused uses nothing up.
pub fn a_refused_caller_takes_nothing(store: &dyn Store) {
    let now = Shop::new("acme").now();
    for _ in 0..20 {
        assert_eq!(take(store, "k", now), None);
    }
    let waits: Vec<_> = (0..30).map(|_| take(store, "k", now)).collect();
    assert!(waits.iter().all(|wait| *wait == waits[0]), "{waits:?}");
}

/// What is taken of one key is not taken of another.
pub fn rates_of_two_keys_are_apart(store: &dyn Store) {
    let now = Shop::new("acme").now();
    for _ in 0..21 {
        take(store, "checkout:acme", now);
    }
    assert_eq!(take(store, "checkout:acm", now), None);
}

/// Housekeeping forgets OAuth rounds that have expired, used or not, and keeps the others.
pub fn only_what_has_expired_is_pruned(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let now = shop.now();
    let round = |seconds: i64, used| OAuthRound {
        expires_at: Timestamp::from_micros(now.as_micros() + seconds * 1_000_000),
        used,
        ..shop.oauth_round()
    };
    let expired = [round(-1, false), round(-1, true)];
    let kept = [round(1, false), round(1, true)];
    let mut changes = shop.changes();
    for round in expired.iter().chain(&kept) {
        changes.oauth_rounds.push(Write::changed(round.clone()));
    }
    committed(store, changes);
    for _ in 0..21 {
        take(store, "k", now);
    }
    assert!(store.prune(now).expect("the store answers") >= expired.len());
    let is_there = |it: &OAuthRound| {
        let read = store.oauth_round(&it.state);
        read.expect("the store answers").is_some()
    };
    assert!(!expired.iter().any(is_there), "what expired went");
    assert!(kept.iter().all(is_there), "what did not stays");
    assert!(
        take(store, "k", now).is_some(),
        "a window that counts stays"
    );
    assert!(
        store
            .tenant(&shop.tenant.id)
            .expect("the store answers")
            .is_some()
    );
}

/// Pruning goes in steps of a thousand rows of a kind, says how many went, and comes to an end.
pub fn pruning_goes_in_small_steps(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let rounds: Vec<OAuthRound> = (0..3 * Changes::MAX_FACTS)
        .map(|_| shop.oauth_round())
        .collect();
    for some in rounds.chunks(Changes::MAX_FACTS) {
        committed(
            store,
            changing(&shop, |it| {
                it.oauth_rounds = some.iter().cloned().map(Write::changed).collect();
            }),
        );
    }
    let now = shop.now().plus(Duration::from_hours(24));
    let left = || {
        let there = rounds
            .iter()
            .filter(|it| matches!(store.oauth_round(&it.state), Ok(Some(_))));
        there.count()
    };
    let first = store.prune(now).expect("the store answers");
    assert!(
        first >= 1000 && left() == 500,
        "{first} went, {} left",
        left()
    );
    let second = store.prune(now).expect("the store answers");
    assert!(
        second >= 500 && left() == 0,
        "{second} went, {} left",
        left()
    );
    assert_eq!(store.prune(now), Ok(0), "nothing is left to forget");
}
