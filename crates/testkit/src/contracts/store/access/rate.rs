//! Rate limits.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::rate::{Grant, Rate, RateWindow, Take};
use mintage_domain::ports::TakeQuery;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

const TWENTY_A_MINUTE: Rate = Rate {
    limit: 20,
    window: Duration::from_mins(1),
};

fn ask(store: &Nodes<'_>, key: &str, n: u32, now: Timestamp) -> Take {
    let take = store.take(TakeQuery {
        key: key.to_owned(),
        rate: TWENTY_A_MINUTE,
        n,
        now,
    });
    take.expect("the store answers")
}

/// Takes one unit. Returns the time to wait if the unit was refused.
pub(in crate::contracts::store) fn take(
    store: &Nodes<'_>,
    key: &str,
    now: Timestamp,
) -> Option<Duration> {
    match ask(store, key, 1, now) {
        Take::Granted(_) => None,
        Take::Refused(wait) => Some(wait),
    }
}

/// All callers together are granted twenty units, however many units each asks for.
pub fn a_rate_is_shared_by_all_callers(store: &Nodes<'_>) {
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

/// A caller who asks for more than is left is granted the rest, and gets the number that is left.
pub fn a_share_is_granted_as_far_as_it_is_left(store: &Nodes<'_>) {
    let now = Shop::new("acme").now();
    for (asked, count, left) in [(15, 15, 5), (3, 3, 2), (3, 2, 0)] {
        let grant = Take::Granted(Grant { count, left });
        assert_eq!(ask(store, "key:ak", asked, now), grant);
    }
    assert!(matches!(ask(store, "key:ak", 3, now), Take::Refused(_)));
}

/// A refused caller gets a time to wait: until then every call is refused, and then one is granted.
pub fn a_refused_caller_gets_the_time_to_wait(store: &Nodes<'_>) {
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

/// A refused caller uses up nothing.
pub fn a_refused_caller_takes_nothing(store: &Nodes<'_>) {
    let now = Shop::new("acme").now();
    for _ in 0..20 {
        assert_eq!(take(store, "k", now), None);
    }
    let waits: Vec<_> = (0..30).map(|_| take(store, "k", now)).collect();
    assert!(waits.iter().all(|wait| *wait == waits[0]), "{waits:?}");
}

/// The units of one key do not count for another.
pub fn rates_of_two_keys_are_apart(store: &Nodes<'_>) {
    let now = Shop::new("acme").now();
    for _ in 0..21 {
        take(store, "checkout:acme", now);
    }
    assert_eq!(take(store, "checkout:acm", now), None);
}

/// A store takes exactly as [`Rate::take`] computes, also when clocks differ by a little, for rates of
/// zero, and for counts that are large in windows that are long.
pub fn a_take_is_granted_as_the_rate_computes(store: &Nodes<'_>) {
    let rates = [
        (0, 60),
        (1, 1),
        (20, 60),
        (u32::MAX, 86_400),
        (3_000_000_000, 86_400),
    ];
    let start = Shop::new("acme").now();
    for (limit, seconds) in rates {
        let rate = Rate {
            limit,
            window: Duration::from_secs(seconds),
        };
        let key = format!("key:{limit}");
        let (mut window, mut now) = (RateWindow::default(), start);
        // Steps of a third of the window, three quarters of it, twice it, and a little back.
        let part = rate.window / 12;
        let steps = [4, 0, 0, 9, 0, 1, 24, 0, 3, 9, 4, 0].into_iter().cycle();
        for (nth, step) in steps.take(36).enumerate() {
            now = now.plus(part * step);
            let asked_at = if nth % 7 == 6 { now.minus(part) } else { now };
            let n = [1, limit / 3, limit / 2, limit][nth % 4];
            let (next, expected) = rate.take(window, n, asked_at);
            window = next;
            let query = TakeQuery {
                key: key.clone(),
                rate,
                n,
                now: asked_at,
            };
            let take = store.take(query).expect("the store answers");
            assert_eq!(take, expected, "take {nth} of {n}, {limit} in {seconds} s");
        }
    }
}
