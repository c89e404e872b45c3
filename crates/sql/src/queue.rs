//! Questions that wait for a thread: no more than fit, and none longer than its caller's patience.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fmt, io};

use mintage_domain::ports::StoreError;

use crate::worker::{Held, NotTaken, Worker, tell};

/// The receiver of an answer.
pub type Done<A> = Box<dyn FnOnce(A) + Send>;

struct Waiting<Q, A> {
    question: Q,
    done: Done<A>,
    until: Instant,
}

/// A [`Worker`] that answers questions, all that wait at once.
///
/// A caller whose question has waited longer than the patience gets the answer that the store is not
/// available, and nothing is done for it; so is a caller who comes when too many wait.
pub struct Queue<S, Q, A> {
    worker: Worker<S, Waiting<Q, A>>,
    patience: Duration,
    refuse: fn(StoreError) -> A,
    work: Arc<Work>,
}

/// How much a [`Queue`] has done.
#[derive(Debug, Default)]
pub struct Work {
    batches: AtomicU64,
    questions: AtomicU64,
}

impl Work {
    /// How often all that waited was answered at once.
    pub fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    /// How many questions were answered.
    pub fn questions(&self) -> u64 {
        self.questions.load(Ordering::Relaxed)
    }
}

impl<S, Q, A> Queue<S, Q, A>
where
    S: Send + 'static,
    Q: Send + 'static,
    A: 'static,
{
    /// Starts the thread. `answer` returns one answer for each question, and `refuse` is the answer
    /// to a question that is not taken up.
    pub fn start(
        name: &str,
        state: S,
        patience: Duration,
        refuse: fn(StoreError) -> A,
        mut answer: impl FnMut(&mut S, &[Q]) -> Vec<A> + Send + 'static,
    ) -> io::Result<Self> {
        let work = Arc::new(Work::default());
        let done = Arc::clone(&work);
        let worker = Worker::start(name, state, move |state, waiting: Vec<Waiting<Q, A>>| {
            let now = Instant::now();
            let (mut questions, mut told) = (Vec::new(), Vec::new());
            for one in waiting {
                if one.until < now {
                    let late = "the store is too busy: the call waited too long";
                    tell(one.done, refuse(StoreError::Unavailable(late.to_owned())));
                } else {
                    questions.push(one.question);
                    told.push(one.done);
                }
            }
            if !questions.is_empty() {
                let n = u64::try_from(questions.len()).unwrap_or(u64::MAX);
                done.batches.fetch_add(1, Ordering::Relaxed);
                done.questions.fetch_add(n, Ordering::Relaxed);
                for (done, outcome) in told.into_iter().zip(answer(state, &questions)) {
                    tell(done, outcome);
                }
            }
        })?;
        Ok(Self {
            worker,
            patience,
            refuse,
            work,
        })
    }

    /// How much the queue has done.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Hands a question over. `done` is called from any thread.
    pub fn submit(&self, question: Q, done: Done<A>) {
        let waiting = Waiting {
            question,
            done,
            until: Instant::now() + self.patience,
        };
        match self.worker.submit(waiting) {
            Ok(()) => {}
            Err(NotTaken::Full(one)) => {
                let full = "the store is too busy: too many calls wait";
                (one.done)((self.refuse)(StoreError::Unavailable(full.to_owned())));
            }
            Err(NotTaken::Stopped(one)) => (one.done)((self.refuse)(stopped())),
        }
    }

    /// Does something alone on the thread, between batches and in its turn, and waits for it.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.worker.call(work).ok_or_else(stopped)
    }

    /// The same for work that changes nothing, so that nobody need wait for it longer than the
    /// patience.
    pub fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.worker.call_within(self.patience, work).ok_or_else(|| {
            let late = "the store is too busy: its thread does not answer";
            StoreError::Unavailable(late.to_owned())
        })
    }

    /// Keeps the thread from taking up anything until the guard is dropped, so that a test can
    /// fill the queue.
    #[doc(hidden)]
    pub fn hold(&self) -> Held {
        self.worker.hold()
    }
}

impl<S, Q, A> fmt::Debug for Queue<S, Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

fn stopped() -> StoreError {
    StoreError::Failed("a thread of the store stopped".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;
    use crate::worker::CAPACITY;

    fn doubling(patience: Duration) -> Queue<u32, u32, Result<u32, StoreError>> {
        let queue = Queue::start("doubling", 0, patience, Err, |done, asked: &[u32]| {
            *done += u32::try_from(asked.len()).unwrap_or(u32::MAX);
            asked.iter().map(|n| Ok(n * 2)).collect()
        });
        queue.expect("a thread")
    }

    #[test]
    fn who_has_waited_too_long_is_told_so_and_nothing_is_done_for_it() {
        let queue = doubling(Duration::from_millis(20));
        let held = queue.hold();
        let (send, receive) = channel();
        let done = send.clone();
        queue.submit(1, Box::new(move |answer| done.send(answer).expect("heard")));
        thread::sleep(Duration::from_millis(40));
        drop(held);
        let answer = receive.recv().expect("an answer");
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
        assert_eq!(queue.call(|done| *done), Ok(0));
        queue.submit(2, Box::new(move |answer| send.send(answer).expect("heard")));
        assert_eq!(receive.recv(), Ok(Ok(4)));
    }

    #[test]
    fn who_comes_when_too_many_wait_is_told_so_at_once() {
        let queue = doubling(Duration::from_mins(1));
        let held = queue.hold();
        let (send, receive) = channel();
        for n in 0..=CAPACITY {
            let send = send.clone();
            let n = u32::try_from(n).expect("few");
            let done = Box::new(move |answer| send.send((n, answer)).expect("heard"));
            queue.submit(n, done);
        }
        let (_, refused) = receive.recv().expect("an answer");
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
        drop((held, send));
        let answered = receive.iter().filter(|(_, answer)| answer.is_ok()).count();
        assert!(answered + 1 >= CAPACITY, "{answered}");
    }

    #[test]
    fn a_thread_that_does_not_answer_is_told_after_the_patience() {
        let queue = doubling(Duration::from_millis(20));
        let held = queue.hold();
        let answer = queue.ask(|done| *done);
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
        drop(held);
        assert_eq!(queue.call(|_| ()), Ok(()));
        assert_eq!(queue.ask(|done| *done), Ok(0));
    }
}
