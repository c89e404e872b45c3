//! IdempotencyKeys that start at the same moment.

use std::sync::Barrier;
use std::thread;

/// IdempotencyKeys `act` `n` times at the same moment.
pub(super) fn at_once<T: Send>(n: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(n);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..n)
            .map(|i| {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    start.wait();
                    act(i)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread panics"))
            .collect()
    })
}
