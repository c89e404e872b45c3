//! The life of sales: however the events of payments, refunds, disputes and subscriptions are delayed,
//! repeated and interleaved, everything ends as if each had been received at once, in order.
//!
//! A case is a script of what happens at Stripe to up to five orders and two subscriptions on up to three
//! accounts. It runs twice on the same store: orderly, each event received when it happens, and
//! disorderly. Then both stores are compared. What the seller is told along the way may differ, because
//! whoever hears of a dispute only when it is won was never frozen. So of the messages it is compared what
//! must not differ: one for each license and each paid order, and a last one that says how the license
//! stands.

mod delivery;
mod ending;
mod payment;
mod sale;
mod scene;
mod script;
mod subscription;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use mintage_domain::model::licenses::standing::State;

use crate::dice::Dice;
use crate::life::delivery::{disorderly, orderly};
use crate::life::ending::Ending;
use crate::life::scene::Scene;
use crate::life::script::Script;

/// The number of cases unless `INTERLEAVINGS` says another: as many as a debug build runs in some seconds.
const CASES: u64 = 1_000;

/// A case that did not end as it should.
struct Failure {
    seed: u64,
    /// The number of events in the script: the fewer, the easier to understand.
    events: usize,
    report: String,
}

/// What happened in the cases.
#[derive(Default)]
struct Seen {
    failures: Vec<Failure>,
    states: BTreeSet<State>,
    refused: usize,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.failures.extend(other.failures);
        self.states.extend(other.states);
        self.refused += other.refused;
    }
}

/// Runs one case.
fn run(scene: &Scene, seed: u64) -> Seen {
    let dice = Dice::new(seed);
    let script = Script::new(scene, &dice);
    let expected = Ending::of(&orderly(scene, &script), &script);
    let disorder = disorderly(scene, &script, &dice);
    let ended = Ending::of(&disorder.world, &script);
    let differences = expected.differences(&ended);
    let order = disorder.decided;
    let failure = (!differences.is_empty()).then(|| Failure {
        seed,
        events: script.events.len(),
        report: format!("{script}\nreceived {order:?}\n{differences}"),
    });
    Seen {
        failures: failure.into_iter().collect(),
        states: ended.states,
        refused: disorder.refused,
    }
}

/// The number of cases that the environment asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "the scripts choose the number of cases"
)]
fn cases() -> u64 {
    let asked = std::env::var("INTERLEAVINGS").ok();
    asked.map_or(CASES, |text| text.parse().unwrap())
}

/// Runs the cases on all cores; of those that fail, reports the one with the fewest events.
pub(crate) fn run_all() {
    let (cases, next, totals) = (cases(), AtomicU64::new(0), Mutex::<Seen>::default());
    let scene = Scene::new();
    let run_next = || {
        let mut own = Seen::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= cases {
                break;
            }
            own.add(run(&scene, seed));
        }
        totals.lock().unwrap().add(own);
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(run_next);
        }
    });
    let seen = totals.into_inner().unwrap();
    if let Some(least) = seen.failures.iter().min_by_key(|it| it.events) {
        let failed = seen.failures.len();
        let Failure { seed, report, .. } = least;
        panic!("{failed} of {cases} cases failed; seed {seed}:\n{report}");
    }
    // Cases in which nothing happens prove nothing.
    assert_eq!(
        seen.states,
        State::ALL.into(),
        "not every state was reached"
    );
    assert!(seen.refused > 0, "no two events were processed at once");
}
