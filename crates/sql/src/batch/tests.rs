//! Failing transactions, on a database that fails as a test demands.

use std::collections::VecDeque;

use mintage_domain::base::id::CommitId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::guards::Refusal;

use super::*;

/// Fails as scripted, then succeeds; refuses what is `refused`, and fails for ever on `poison`.
#[derive(Default)]
struct Scripted {
    failures: VecDeque<Failure>,
    poison: Option<CommitId>,
    refused: Option<CommitId>,
    batches: Vec<usize>,
}

impl Transact for Scripted {
    fn transact(&mut self, batch: &[Changes], _careful: bool) -> Result<Vec<Verdict>, Failure> {
        self.batches.push(batch.len());
        if let Some(failure) = self.failures.pop_front() {
            return Err(failure);
        }
        if batch
            .iter()
            .any(|one| Some(&one.id) == self.poison.as_ref())
        {
            return Err(Failure::Store(StoreError::Failed("poisoned".to_owned())));
        }
        let verdict = |one: &Changes| {
            if Some(&one.id) == self.refused.as_ref() {
                Err(Refusal::TooLarge)
            } else {
                Ok(Receipt::default())
            }
        };
        Ok(batch.iter().map(verdict).collect())
    }
}

fn batch(n: u8) -> Vec<Changes> {
    let now = Timestamp::EPOCH;
    (0..n)
        .map(|i| Changes::new(CommitId::new(now, [i; 10]), now))
        .collect()
}

#[test]
fn a_lost_race_and_a_deadlock_are_redone_whole() {
    let mut database = Scripted {
        failures: [Failure::Raced, Failure::Undone].into(),
        ..Scripted::default()
    };
    let outcomes = commit(&mut database, &batch(3));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(database.batches, [3, 3, 3]);
}

#[test]
fn who_fails_for_ever_fails_alone() {
    let all = batch(3);
    let mut database = Scripted {
        poison: Some(all[1].id.clone()),
        refused: Some(all[2].id.clone()),
        ..Scripted::default()
    };
    let outcomes = commit(&mut database, &all);
    assert_eq!(database.batches, [3, 1, 1, 1]);
    assert!(outcomes[0].is_ok());
    assert_eq!(
        outcomes[1],
        Err(CommitError::Store(StoreError::Failed(
            "poisoned".to_owned()
        )))
    );
    assert_eq!(outcomes[2], Err(CommitError::Refused(Refusal::TooLarge)));
}

#[test]
fn races_without_end_are_told_for_what_they_are() {
    for (failure, told) in [
        (|| Failure::Raced, "must be unique"),
        (|| Failure::Undone, "other transactions"),
    ] as [(fn() -> Failure, &str); 2]
    {
        let mut database = Scripted {
            failures: (0..100).map(|_| failure()).collect(),
            ..Scripted::default()
        };
        let outcome = commit(&mut database, &batch(1)).remove(0);
        let sentence = outcome.expect_err("it never succeeds").to_string();
        assert!(sentence.contains(told), "{sentence}");
        assert_eq!(database.batches.len(), TRIES as usize);
    }
}

#[test]
fn a_database_that_is_away_is_asked_once_for_all() {
    let away = StoreError::Unavailable("away".to_owned());
    let mut database = Scripted {
        failures: [Failure::Store(away.clone())].into(),
        ..Scripted::default()
    };
    let outcomes = commit(&mut database, &batch(3));
    assert_eq!(outcomes, vec![Err(CommitError::Store(away)); 3]);
    assert_eq!(database.batches, [3]);
}
