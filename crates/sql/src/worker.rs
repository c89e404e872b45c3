//! A thread that does all that waits for it at once.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The most items that are done at once.
pub const MAX_BATCH: usize = 64;
/// The most items that may wait.
pub const CAPACITY: usize = 4_096;

/// A thread with a state of its own (a connection, mostly) that takes all items that wait, up to
/// [`MAX_BATCH`], and never lingers for more: under load batches grow by themselves.
///
/// Dropping it stops the thread after all that was submitted is done.
#[derive(Debug)]
pub struct Worker<S, I> {
    jobs: Option<SyncSender<Job<S, I>>>,
    thread: Option<JoinHandle<()>>,
}

enum Job<S, I> {
    Item(I),
    Alone(Box<dyn FnOnce(&mut S) + Send>),
}

impl<S: Send + 'static, I: Send + 'static> Worker<S, I> {
    /// Starts the thread. A panic of `each` or of work done alone is contained: the items it held
    /// are dropped, and the thread goes on.
    pub fn start(
        name: &str,
        state: S,
        each: impl FnMut(&mut S, Vec<I>) + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, queue) = sync_channel(CAPACITY);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(state, &queue, each))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Hands an item over, or back if it cannot be taken.
    pub fn submit(&self, item: I) -> Result<(), NotTaken<I>> {
        let Some(jobs) = &self.jobs else {
            return Err(NotTaken::Stopped(item));
        };
        let item_of = |job| match job {
            Job::Item(item) => item,
            Job::Alone(_) => unreachable!("an item was sent"),
        };
        jobs.try_send(Job::Item(item))
            .map_err(|refused| match refused {
                TrySendError::Full(job) => NotTaken::Full(item_of(job)),
                TrySendError::Disconnected(job) => NotTaken::Stopped(item_of(job)),
            })
    }

    /// Does something alone on the thread, between batches and in its turn, and waits for it;
    /// `None` if the thread is gone or the work panicked.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Option<T> {
        self.alone(work)?.recv().ok()
    }

    /// The same, waiting no longer than this for an answer. The work may still be done later.
    pub fn call_within<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Option<T> {
        self.alone(work)?.recv_timeout(patience).ok()
    }

    fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Option<Receiver<T>> {
        let (send, receive) = channel();
        let alone = Box::new(move |state: &mut S| {
            // A caller who waits no longer does not mind.
            let _ = send.send(work(state));
        });
        self.jobs.as_ref()?.send(Job::Alone(alone)).ok()?;
        Some(receive)
    }

    /// Keeps the thread from taking up anything until the guard is dropped, so that a test can
    /// fill its queue.
    #[doc(hidden)]
    pub fn hold(&self) -> Held {
        let (release, held) = channel::<()>();
        if let Some(jobs) = &self.jobs {
            // Ends when the guard is dropped, which closes the channel.
            let wait = Box::new(move |_: &mut S| {
                let _ = held.recv();
            });
            let _ = jobs.send(Job::Alone(wait));
        }
        Held(release)
    }
}

/// An item that a [`Worker`] did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken<I> {
    /// [`CAPACITY`] items wait already.
    Full(I),
    /// The thread has stopped.
    Stopped(I),
}

/// Holds a [`Worker`] still.
#[doc(hidden)]
#[derive(Debug)]
pub struct Held(
    #[expect(dead_code, reason = "only dropped, which releases the worker")] Sender<()>,
);

impl<S, I> Drop for Worker<S, I> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            // The last owner may be a callback that runs on the very thread.
            && thread.thread().id() != thread::current().id()
        {
            // What it panicked with, if it did, was printed when it happened.
            let _ = thread.join();
        }
    }
}

fn run<S, I>(mut state: S, queue: &Receiver<Job<S, I>>, mut each: impl FnMut(&mut S, Vec<I>)) {
    while let Ok(first) = queue.recv() {
        let mut items = Vec::new();
        let mut next = Some(first);
        let mut alone = None;
        while let Some(job) = next.take() {
            match job {
                Job::Item(item) => items.push(item),
                Job::Alone(work) => alone = Some(work),
            }
            if alone.is_none() && items.len() < MAX_BATCH {
                next = queue.try_recv().ok();
            }
        }
        if !items.is_empty() {
            contained(|| each(&mut state, items));
        }
        if let Some(work) = alone {
            contained(|| work(&mut state));
        }
    }
}

/// Tells a caller the outcome. A panic of theirs is theirs alone.
pub fn tell<T>(done: Box<dyn FnOnce(T) + Send>, outcome: T) {
    contained(|| done(outcome));
}

/// The panic hook has reported the panic; the thread must outlive it.
fn contained(work: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(work));
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    type Seen = Arc<Mutex<Vec<Vec<u32>>>>;

    fn recorder() -> (Worker<(), u32>, Seen) {
        let seen = Seen::default();
        let batches = Arc::clone(&seen);
        let worker = Worker::start("recorder", (), move |(), items: Vec<u32>| {
            assert!(!items.contains(&666), "a poisoned item");
            batches.lock().expect("not poisoned").push(items);
        });
        (worker.expect("a thread"), seen)
    }

    #[test]
    fn all_that_waits_is_taken_at_once_up_to_the_limit() {
        let (worker, seen) = recorder();
        let held = worker.hold();
        for n in 0..100 {
            worker.submit(n).expect("the thread runs");
        }
        drop(held);
        drop(worker);
        let sizes: Vec<usize> = seen.lock().expect("whole").iter().map(Vec::len).collect();
        assert_eq!(sizes, [MAX_BATCH, 100 - MAX_BATCH]);
    }

    #[test]
    fn dropping_it_first_does_what_was_submitted() {
        let (worker, seen) = recorder();
        for n in 0..10 {
            worker.submit(n).expect("the thread runs");
        }
        drop(worker);
        let done: Vec<u32> = seen.lock().expect("whole").concat();
        assert_eq!(done, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn work_alone_keeps_its_place_between_items() {
        let (worker, seen) = recorder();
        worker.submit(1).expect("the thread runs");
        let at_call = Arc::clone(&seen);
        let before = worker.call(move |()| at_call.lock().expect("whole").concat());
        assert_eq!(before, Some(vec![1]));
    }

    #[test]
    fn a_panic_costs_its_own_items_only() {
        let (worker, seen) = recorder();
        worker.submit(666).expect("the thread runs");
        assert_eq!(worker.call(|()| 7), Some(7));
        worker.submit(1).expect("the thread still runs");
        drop(worker);
        assert_eq!(seen.lock().expect("whole").concat(), [1]);
    }
}
