//! Deleting what has expired.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::oauth_round::OAuthRound;

use crate::contracts::store::access::rate::take;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Pruning deletes expired OAuth rounds, used or not, and keeps the others.
pub fn only_what_has_expired_is_pruned(store: &Nodes<'_>) {
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

/// One call deletes at most a thousand rows of a kind and returns their number; repeated calls come
/// to an end.
pub fn pruning_goes_in_small_steps(store: &Nodes<'_>) {
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
    assert_eq!(store.prune(now), Ok(0), "nothing is left to delete");
}
