//! How events arrive, and which failures happen meanwhile.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::stripe::event::StripeEvent;
use mintage_domain::ports::{Commit, CommitError, Housekeeping, WebhookError, Webhooks};
use mintage_domain::usecase::commit_loop::{Answer, Decision};
use mintage_domain::usecase::stripe::inbound::{Inbound, Outcome, decide, receive};
use mintage_domain::usecase::sweep::{revoke_grants, sweep};

use crate::dice::Dice;
use crate::faulty_store::FaultyStore;
use crate::world::World;

/// Counts of what happened.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    pub(crate) lost_before: AtomicUsize,
    pub(crate) lost_after: AtomicUsize,
    pub(crate) deaths: AtomicUsize,
    pub(crate) refused_by_chance: AtomicUsize,
    applied: AtomicUsize,
    duplicates: AtomicUsize,
    ignored: AtomicUsize,
    parked: AtomicUsize,
    given_up: AtomicUsize,
}

impl Weather {
    /// Each count with its name.
    pub(crate) fn tallies(&self) -> [(&'static str, &AtomicUsize); 9] {
        [
            ("a commit was lost before it was written", &self.lost_before),
            ("the answer to a commit was lost", &self.lost_after),
            ("the server died while committing", &self.deaths),
            ("a commit was refused by chance", &self.refused_by_chance),
            ("an event was applied", &self.applied),
            ("an event was a duplicate", &self.duplicates),
            ("an event was ignored", &self.ignored),
            ("an event was parked", &self.parked),
            ("an event was left for Stripe to send again", &self.given_up),
        ]
    }

    /// Adds the counts of another run.
    pub(crate) fn add(&self, day: &Self) {
        for ((_, sum), (_, times)) in self.tallies().into_iter().zip(day.tallies()) {
            sum.fetch_add(times.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    fn count<E>(&self, outcome: &Result<Outcome, E>) {
        let tally = match outcome {
            Ok(Outcome::Applied) => &self.applied,
            Ok(Outcome::Duplicate) => &self.duplicates,
            Ok(Outcome::Ignored(_)) => &self.ignored,
            Ok(Outcome::Parked(_)) => &self.parked,
            Err(_) => &self.given_up,
        };
        tally.fetch_add(1, Ordering::Relaxed);
    }
}

/// All events, each zero to three times. In some runs they arrive in any order, in others only
/// events of the same time are shuffled, so that they collide.
fn arrivals<'a>(world: &'a World, dice: &Dice) -> VecDeque<&'a Inbound> {
    let mut arrivals: Vec<&Inbound> = Vec::new();
    for inbound in &world.events {
        arrivals.extend(std::iter::repeat_n(inbound, dice.below(4)));
    }
    let together = if dice.one_in(2) {
        6
    } else {
        arrivals.len().max(1)
    };
    for burst in arrivals.chunks_mut(together) {
        dice.shuffle(burst);
    }
    arrivals.into()
}

/// An event that was decided and is not yet committed.
struct Decided<'a> {
    inbound: &'a Inbound,
    changes: Box<Changes>,
    answer: Answer<Outcome>,
}

/// Processes many events at a time, with steps of the others between any two steps. The process may
/// die in between.
pub(crate) fn interleaved(world: &World, weather: &Weather, dice: &Dice) {
    let store = FaultyStore::new(&world.store, dice, weather);
    let mut arrivals = arrivals(world, dice);
    let mut under_way: Vec<Decided<'_>> = Vec::new();
    while !(arrivals.is_empty() && under_way.is_empty()) {
        let begin = under_way.is_empty() || (under_way.len() < 6 && !dice.one_in(4));
        let decided = match arrivals.pop_front().filter(|_| begin) {
            Some(inbound) => process(world, weather, &store, inbound, None),
            None if under_way.is_empty() => continue,
            None => {
                let one = under_way.swap_remove(dice.below(under_way.len()));
                finish(world, weather, &store, one)
            }
        };
        under_way.extend(decided);
        if dice.one_in(60) || store.restart() {
            under_way.clear();
        }
        if dice.one_in(10) {
            world.clock().advance(Duration::from_mins(2));
        }
        if dice.one_in(20) {
            sweep(&world.store, &world.stripe, &Rereading(world), &world.env()).unwrap();
            revoke_grants(&world.store, &world.stripe, &world.env()).unwrap();
        }
        if dice.one_in(20) {
            // Far sooner than any setting allows: what is unique must not depend on these rows.
            let now = world.env().now();
            world.store.prune(Prunable::Events, now).unwrap();
        }
    }
}

fn process<'a>(
    world: &World,
    weather: &Weather,
    store: &FaultyStore<'_>,
    inbound: &'a Inbound,
    refused: Option<&Refusal>,
) -> Option<Decided<'a>> {
    let outcome = match decide(store, store, &world.stripe, &world.env(), inbound, refused) {
        Ok(Decision::Commit(changes, answer)) => {
            return Some(Decided {
                inbound,
                changes,
                answer,
            });
        }
        Ok(Decision::Answer(outcome)) => Ok(outcome),
        Err(error) => Err(error),
    };
    weather.count(&outcome);
    None
}

fn finish<'a>(
    world: &World,
    weather: &Weather,
    store: &FaultyStore<'_>,
    decided: Decided<'a>,
) -> Option<Decided<'a>> {
    let Decided {
        inbound,
        changes,
        answer,
    } = decided;
    let outcome = match store.commit(*changes) {
        Ok(receipt) => Ok(answer(&receipt)),
        Err(CommitError::Refused(refusal)) => {
            return process(world, weather, store, inbound, Some(&refusal));
        }
        Err(CommitError::Store(error)) => Err(error),
    };
    weather.count(&outcome);
    None
}

/// Several threads receive all events, in a process that does not die.
pub(crate) fn in_threads(world: &World, weather: &Weather, dice: &Dice) {
    let arrivals = Mutex::new(arrivals(world, dice));
    let next = || arrivals.lock().unwrap().pop_front();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let store = FaultyStore::new(&world.store, dice, weather);
                while let Some(inbound) = next() {
                    let outcome = receive(&store, &world.stripe, &world.env(), inbound);
                    weather.count(&outcome);
                    store.restart();
                }
            });
        }
    });
}

/// The missing key is back, Stripe sends every event again, and the sweeper runs.
pub(crate) fn clear_up(world: &World, dice: &Dice) {
    let env = world.healed_env();
    let mut events: Vec<&Inbound> = world.events.iter().collect();
    dice.shuffle(&mut events);
    for inbound in events {
        let outcome = receive(&world.store, &world.stripe, &env, inbound).unwrap();
        assert!(!matches!(outcome, Outcome::Parked(_)), "{outcome:?}");
    }
    world.clock().advance(Duration::from_hours(2));
    let swept = sweep(&world.store, &world.stripe, &Rereading(world), &env).unwrap();
    let revoked = revoke_grants(&world.store, &world.stripe, &env).unwrap();
    assert_eq!(
        (swept.failed, revoked.failed),
        (0, 0),
        "{swept:?} {revoked:?}"
    );
}

/// Stripe sends every event once more, and every event is a duplicate.
pub(crate) fn send_everything_again(world: &World, weather: &Weather, dice: &Dice) {
    let mut events: Vec<&Inbound> = world.events.iter().collect();
    dice.shuffle(&mut events);
    for inbound in events {
        let outcome = receive(&world.store, &world.stripe, &world.healed_env(), inbound);
        assert_eq!(outcome, Ok(Outcome::Duplicate));
        weather.count(&outcome);
    }
}

/// The webhooks that the sweeper reads: a payload is the id of its event.
struct Rereading<'a>(&'a World);

impl Webhooks for Rereading<'_> {
    fn read_connect(
        &self,
        _: &[u8],
        _: &str,
        _: Timestamp,
    ) -> Result<(Mode, StripeEvent), WebhookError> {
        Err(WebhookError::NoSecret)
    }

    fn read_own(
        &self,
        _: &[u8],
        _: &str,
        _: &[Secret],
        _: Timestamp,
    ) -> Result<StripeEvent, WebhookError> {
        Err(WebhookError::NoSecret)
    }

    fn own_events(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn reread(&self, body: &[u8]) -> Result<StripeEvent, WebhookError> {
        let inbound = self.0.events.iter().find(|inbound| inbound.payload == body);
        let event = inbound.map(|inbound| inbound.event.clone());
        event.ok_or(WebhookError::NotAnEvent)
    }
}
