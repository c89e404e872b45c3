//! How the events of a script arrive.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::model::stripe::event::StripeEvent;
use mintage_domain::ports::{Commit, CommitError, WebhookError, Webhooks};
use mintage_domain::usecase::commit_loop::{Answer, Decision};
use mintage_domain::usecase::stripe::inbound::{Outcome, decide, receive};
use mintage_domain::usecase::sweep::sweep;

use crate::dice::Dice;
use crate::life::scene::{Scene, World};
use crate::life::script::{DAY, Script};

/// When all is over: long after the last event, in seconds after the start.
const END: i64 = 400 * DAY;

/// The most events that are decided and not committed at once.
const MAX_UNDER_WAY: usize = 4;

/// Each event is received once, when it happens.
pub(crate) fn orderly<'a>(scene: &'a Scene, script: &Script) -> World<'a> {
    let world = scene.world();
    for step in &script.steps {
        step.take_place(&world);
        for event in &step.events {
            let env = world.environment.env();
            let outcome = receive(&world.store, &world.stripe, &env, &script.events[*event]);
            assert_processed(&outcome.unwrap());
        }
    }
    close(&world);
    world
}

/// An event that was decided and is not yet committed.
struct Decided {
    event: usize,
    changes: Box<Changes>,
    answer: Answer<Outcome>,
}

/// The events that Stripe has sent, and those that are being processed.
struct Traffic<'a> {
    world: &'a World<'a>,
    script: &'a Script,
    /// The events that were sent and not received yet, or are sent again.
    in_flight: Vec<usize>,
    under_way: Vec<Decided>,
    /// The order in which events were decided.
    decided: Vec<usize>,
    /// The number of commits that were refused.
    refused: usize,
}

/// The result of a disorderly run.
pub(crate) struct Disorder<'a> {
    pub(crate) world: World<'a>,
    /// The order in which events were decided.
    pub(crate) decided: Vec<usize>,
    /// The number of commits that were refused, because another event was faster.
    pub(crate) refused: usize,
}

/// The events arrive late, repeatedly and out of order, and several are processed at once while more
/// happens at Stripe.
pub(crate) fn disorderly<'a>(scene: &'a Scene, script: &Script, dice: &Dice) -> Disorder<'a> {
    let world = scene.world();
    let mut traffic = Traffic {
        world: &world,
        script,
        in_flight: Vec::new(),
        under_way: Vec::new(),
        decided: Vec::new(),
        refused: 0,
    };
    // From events that arrive soon after they were sent to events that all arrive in the end.
    let haste = dice.pick(&[1, 2, 4, 16, 1_000]);
    let mut steps = script.steps.iter();
    let mut next = steps.next();
    while next.is_some() || !traffic.is_done() {
        match next {
            Some(step) if traffic.is_done() || dice.one_in(haste) => {
                step.take_place(&world);
                traffic.in_flight.extend(&step.events);
                next = steps.next();
            }
            _ => traffic.proceed(dice),
        }
        if dice.one_in(40) {
            sweep_once(&world);
        }
    }
    let Traffic {
        decided, refused, ..
    } = traffic;
    close(&world);
    Disorder {
        world,
        decided,
        refused,
    }
}

impl Traffic<'_> {
    fn is_done(&self) -> bool {
        self.in_flight.is_empty() && self.under_way.is_empty()
    }

    /// An event is decided or committed.
    fn proceed(&mut self, dice: &Dice) {
        let is_full = self.under_way.len() >= MAX_UNDER_WAY;
        if self.in_flight.is_empty() || is_full || (!self.under_way.is_empty() && dice.one_in(2)) {
            if !self.under_way.is_empty() {
                let one = self.under_way.swap_remove(dice.below(self.under_way.len()));
                self.commit(one);
            }
            return;
        }
        let at = dice.below(self.in_flight.len());
        let event = self.in_flight[at];
        if !dice.one_in(6) {
            self.in_flight.swap_remove(at);
        }
        self.decide(event, None);
    }

    fn decide(&mut self, event: usize, refused: Option<&Refusal>) {
        let (world, inbound) = (self.world, &self.script.events[event]);
        let (store, env) = (&world.store, world.environment.env());
        self.decided.push(event);
        match decide(store, store, &world.stripe, &env, inbound, refused).unwrap() {
            Decision::Commit(changes, answer) => self.under_way.push(Decided {
                event,
                changes,
                answer,
            }),
            Decision::Answer(outcome) => assert_processed(&outcome),
        }
    }

    fn commit(&mut self, decided: Decided) {
        match self.world.store.commit(*decided.changes) {
            Ok(receipt) => assert_processed(&(decided.answer)(&receipt)),
            Err(CommitError::Refused(refusal)) => {
                self.refused += 1;
                self.decide(decided.event, Some(&refusal));
            }
            Err(CommitError::Store(error)) => panic!("{error}"),
        }
    }
}

fn assert_processed(outcome: &Outcome) {
    assert!(!matches!(outcome, Outcome::Parked(_)), "{outcome:?}");
}

/// Time passes, and what has ended meanwhile is noticed.
fn close(world: &World<'_>) {
    world.pass_until(END);
    sweep_once(world);
}

fn sweep_once(world: &World<'_>) {
    let env = world.environment.env();
    let swept = sweep(&world.store, &world.stripe, &NothingParked, &env).unwrap();
    assert_eq!(swept.failed, 0, "{swept:?}");
}

/// The webhooks of a sweep that finds no parked event.
struct NothingParked;

impl Webhooks for NothingParked {
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

    fn reread(&self, _: &[u8]) -> Result<StripeEvent, WebhookError> {
        Err(WebhookError::NotAnEvent)
    }
}
