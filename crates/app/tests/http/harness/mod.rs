//! What every test starts from: a server, a simulated Stripe, and a clock that only tests move.

pub(crate) mod doctor;
pub(crate) mod page;
pub(crate) mod process;
pub(crate) mod receiver;
pub(crate) mod rewriter;
pub(crate) mod seller;
pub(crate) mod sign;
pub(crate) mod stage;
pub(crate) mod stripe;
pub(crate) mod wire;

pub(crate) use receiver::{Manner, Receiver};
pub(crate) use seller::Seller;
pub(crate) use stage::Stage;
pub(crate) use wire::{Answer, Request};

use std::time::{Duration, Instant};

/// Looks again until `look` finds something.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Duration::from_secs(30);
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < patience, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(15));
    }
}
