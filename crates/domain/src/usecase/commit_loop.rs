//! The loop of every use case that changes something: read, decide, commit.
//!
//! A commit is refused if another caller was faster. The use case then reads and decides again, and
//! a duplicate becomes an answer.

use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::receipt::Receipt;
use crate::ports::{Commit, CommitError};
use crate::usecase::failure::Failure;

/// The decision of a use case.
pub enum Decision<T> {
    /// Nothing is committed; this is the answer.
    Answer(T),
    /// These changes are committed; the answer is computed from the receipt.
    Commit(Box<Changes>, Answer<T>),
}

/// Computes the answer from the receipt.
pub type Answer<T> = Box<dyn FnOnce(&Receipt) -> T + Send>;

impl<T: Send + 'static> Decision<T> {
    /// The same decision with another answer.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U + Send + 'static) -> Decision<U> {
        match self {
            Self::Answer(answer) => Decision::Answer(convert(answer)),
            Self::Commit(changes, answer) => {
                Decision::Commit(changes, Box::new(|receipt| convert(answer(receipt))))
            }
        }
    }

    /// Commits changes, then answers with `answer`. If the changes are empty, nothing is committed.
    pub fn commit(changes: Changes, answer: T) -> Self {
        if changes.is_empty() {
            return Self::Answer(answer);
        }
        Self::Commit(Box::new(changes), Box::new(move |_| answer))
    }
}

/// The largest number of times that a use case decides, before it fails as contended.
pub const MAX_ATTEMPTS: usize = 6;

/// Decides and commits until a commit succeeds. `decide` receives the refusal of the previous
/// commit, if any.
pub fn settle<T, E: From<Failure>>(
    store: &(impl Commit + ?Sized),
    mut decide: impl FnMut(Option<&Refusal>) -> Result<Decision<T>, E>,
) -> Result<T, E> {
    let mut refused: Option<Refusal> = None;
    for _ in 0..MAX_ATTEMPTS {
        match decide(refused.as_ref())? {
            Decision::Answer(answer) => return Ok(answer),
            Decision::Commit(changes, answer) => match store.commit(*changes) {
                Ok(receipt) => return Ok(answer(&receipt)),
                Err(CommitError::Refused(refusal)) => refused = Some(refusal),
                Err(CommitError::Store(error)) => return Err(Failure::Store(error).into()),
            },
        }
    }
    Err(Failure::Contended.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::base::id::CommitId;
    use crate::base::slug::TenantId;
    use crate::base::time::Timestamp;
    use crate::commit::counter::{Count, Counter};
    use crate::commit::row::Row;
    use crate::ports::{CommitDone, StoreError};

    /// Answers commits from a script, last element first.
    struct Scripted(Mutex<Vec<Result<Receipt, CommitError>>>);

    impl Commit for Scripted {
        fn submit(&self, _: Changes, done: CommitDone) {
            done(self.0.lock().unwrap().pop().unwrap());
        }
    }

    fn stale() -> Refusal {
        Refusal::Stale(Row::Tenant(TenantId::parse("acme").unwrap()))
    }

    /// Changes with one fact, or without any.
    fn changes(fact: Option<TenantId>) -> Changes {
        let now = Timestamp::EPOCH;
        let mut changes = Changes::new(CommitId::new(now, [0; 10]), now);
        changes.counters.extend(fact.map(|tenant| Count {
            counter: Counter::Products(tenant),
            add: 1,
            cap: None,
        }));
        changes
    }

    /// The refusals that a use case which always commits receives, and its result.
    fn settled(
        script: Vec<Result<Receipt, CommitError>>,
    ) -> (Vec<Option<Refusal>>, Result<&'static str, Failure>) {
        let store = Scripted(Mutex::new(script));
        let mut refusals = Vec::new();
        let outcome = settle(&store, |refused| {
            refusals.push(refused.cloned());
            Ok(Decision::commit(
                changes(TenantId::parse("acme").ok()),
                "done",
            ))
        });
        (refusals, outcome)
    }

    #[test]
    fn a_refused_use_case_decides_again_and_receives_the_refusal() {
        let refused = Err(CommitError::Refused(stale()));
        let (refusals, outcome) = settled(vec![Ok(Receipt::default()), refused]);
        assert_eq!(refusals, [None, Some(stale())]);
        assert_eq!(outcome, Ok("done"));
    }

    #[test]
    fn a_use_case_that_is_refused_again_and_again_gives_up() {
        let refused = || Err(CommitError::Refused(stale()));
        let (refusals, outcome) = settled((0..MAX_ATTEMPTS).map(|_| refused()).collect());
        assert_eq!(refusals.len(), MAX_ATTEMPTS);
        assert_eq!(outcome, Err(Failure::Contended));
    }

    #[test]
    fn a_store_that_fails_is_not_asked_again() {
        let error = StoreError::Unavailable("no answer".to_owned());
        let (refusals, outcome) = settled(vec![Err(CommitError::Store(error.clone()))]);
        assert_eq!(refusals, [None]);
        assert_eq!(outcome, Err(Failure::Store(error)));
    }

    #[test]
    fn an_answer_commits_nothing() {
        let unused = Scripted(Mutex::new(Vec::new()));
        let answer = settle(&unused, |_| Ok::<_, Failure>(Decision::Answer(7)));
        assert_eq!(answer, Ok(7));
        let unchanged = settle(&unused, |_| {
            Ok::<_, Failure>(Decision::commit(changes(None), 7))
        });
        assert_eq!(unchanged, Ok(7));
    }
}
