#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;

use super::*;
use crate::base::email::Email;
use crate::base::id::CommitId;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::counter::Count;
use crate::commit::write::Write;
use crate::model::sellers::tenant::{Plan, Tenant, TenantStatus};
use crate::model::stripe::connection::Connection;

fn empty() -> Changes {
    let now = Timestamp::from_micros(0);
    Changes::new(CommitId::new(now, [0; 10]), now)
}

fn tenant(id: &str) -> Changes {
    let mut changes = empty();
    changes.tenants.push(Write::new(Tenant {
        id: TenantId::parse(id).unwrap(),
        email: Email::parse("a@b.test").unwrap(),
        plan: Plan::Pro,
        mails: true,
        status: TenantStatus::Active,
        created_at: changes.at,
        version: 1,
    }));
    changes
}

fn connection(version: u64) -> Changes {
    let mut changes = empty();
    let mut connection = Connection::none(TenantId::parse("acme").unwrap());
    connection.version = version;
    changes.connections.push(Write::changed(connection));
    changes
}

fn count(add: i64, cap: Option<i64>) -> Changes {
    let mut changes = empty();
    let counter = Counter::Products(TenantId::parse("acme").unwrap());
    changes.counters.push(Count { counter, add, cap });
    changes
}

#[test]
fn of_equals_in_one_batch_the_first_wins_and_neighbours_are_untouched() {
    let batch = [tenant("one"), tenant("two"), tenant("one"), tenant("six")];
    let verdicts = check_guards(&batch, Facts::default());
    let accepted: Vec<bool> = verdicts.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, true, false, true]);
    assert!(matches!(
        &verdicts[2],
        Err(Refusal::Exists(Row::Tenant(id))) if id.as_str() == "one"
    ));
}

#[test]
fn a_row_read_in_an_older_version_is_stale() {
    let row = connection(1).guards()[0].0.clone();
    let facts = Facts {
        versions: [(row, 2)].into(),
        ..Facts::default()
    };
    for (read, fine) in [(0, false), (1, false), (2, true), (3, false)] {
        let verdict = check_guards(&[connection(read)], facts.clone()).remove(0);
        assert_eq!(verdict.is_ok(), fine, "read {read}: {verdict:?}");
    }
}

#[test]
fn a_counter_is_filled_to_its_cap_by_one_batch_and_not_above() {
    let batch: Vec<Changes> = (0..5).map(|_| count(1, Some(3))).collect();
    let verdicts = check_guards(&batch, Facts::default());
    assert_eq!(verdicts.iter().filter(|v| v.is_ok()).count(), 3);
    assert!(matches!(verdicts[4], Err(Refusal::Full { .. })));
}

#[test]
fn a_counter_above_its_cap_still_goes_down() {
    let facts = Facts {
        counters: [(count(1, None).counters[0].counter.clone(), 9)].into(),
        ..Facts::default()
    };
    assert!(check_guards(&[count(-1, Some(3))], facts)[0].is_ok());
}

#[test]
fn a_refused_caller_leaves_no_trace() {
    let mut both = count(1, Some(1));
    both.absorb(tenant("one"));
    let batch = [tenant("one"), both, count(1, Some(1))];
    let accepted: Vec<bool> = check_guards(&batch, Facts::default())
        .iter()
        .map(Result::is_ok)
        .collect();
    assert_eq!(accepted, [true, false, true]);
}

#[test]
fn an_oversized_commit_is_refused() {
    let mut changes = empty();
    for i in 0..=Changes::MAX_FACTS {
        changes.absorb(tenant(&format!("t-{i:04}")));
    }
    assert_eq!(
        check_guards(&[changes], Facts::default())[0],
        Err(Refusal::TooLarge)
    );
}

/// One of few things to do, so that a random batch collides with itself all the time: tenants made,
/// connections moved on from a version, a counter moved by some steps, and those in one commit.
fn any_changes() -> impl Strategy<Value = Changes> {
    let made = proptest::option::of(0..4_u8);
    let moved = proptest::option::of(0..4_u64);
    let steps = proptest::collection::vec((-2..=3_i64, proptest::option::of(0..5_i64)), 0..3);
    (made, moved, steps).prop_map(|(made, moved, steps)| {
        let mut changes = empty();
        if let Some(slug) = made {
            changes.absorb(tenant(&format!("tenant-{slug}")));
        }
        if let Some(version) = moved {
            changes.absorb(connection(version));
        }
        for (add, cap) in steps {
            changes.absorb(count(add, cap));
        }
        changes
    })
}

/// The facts of a store after it committed these changes, from the rows as written and not from the
/// function under test: a new row is in version 1, a changed row is in the next version.
fn written(facts: &mut Facts, changes: &Changes) {
    for (row, expected) in changes.guards() {
        let version = match expected {
            Expected::New => 1,
            Expected::Version(read) => read + 1,
        };
        facts.versions.insert(row, version);
    }
    for count in changes.counts() {
        *facts.counters.entry(count.counter.clone()).or_insert(0) += count.add;
    }
}

proptest! {
    #[test]
    fn a_batch_is_judged_as_if_one_came_after_the_other(
        batch in proptest::collection::vec(any_changes(), 0..12),
        connected in proptest::option::of(1..4_u64),
        counted in proptest::option::of(-1..6_i64),
    ) {
        let mut facts = Facts::default();
        if let Some(version) = connected {
            facts.versions.insert(connection(1).guards()[0].0.clone(), version);
        }
        if let Some(n) = counted {
            facts.counters.insert(count(0, None).counters[0].counter.clone(), n);
        }
        let together = check_guards(&batch, facts.clone());
        for (changes, verdict) in batch.iter().zip(together) {
            let alone = check_guards([changes], facts.clone()).remove(0);
            prop_assert_eq!(&alone, &verdict);
            if let Ok(counters) = verdict {
                written(&mut facts, changes);
                for (counter, came_to) in counters {
                    prop_assert_eq!(facts.counters[&counter], came_to);
                }
            }
        }
    }

    #[test]
    fn no_version_is_given_twice_and_no_cap_is_passed(
        batch in proptest::collection::vec(any_changes(), 0..12),
    ) {
        let mut writes = Vec::new();
        for (changes, verdict) in batch.iter().zip(check_guards(&batch, Facts::default())) {
            let Ok(counters) = verdict else { continue };
            for guard in changes.guards() {
                prop_assert!(!writes.contains(&guard), "{guard:?} twice");
                writes.push(guard);
            }
            if let Some(last) = changes.counters.last().filter(|count| count.add > 0) {
                prop_assert!(last.cap.is_none_or(|cap| counters[&last.counter] <= cap));
            }
        }
    }
}
