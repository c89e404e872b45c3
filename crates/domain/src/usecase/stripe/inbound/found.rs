//! Applying the state of an object that was found at Stripe, where no event has reported it.

use crate::commit::changes::Changes;
use crate::model::stripe::processed_event::EventOutcome;
use crate::ports::Stripe;
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::{Inbound, InboundError, InboundStore, Outcome, decide};

/// Applies a found state as [`receive`](super::receive) applies an event. Nothing is recorded if the
/// state changes nothing, so that looking again costs no rows.
pub fn apply_found(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    found: &Inbound,
) -> Result<Outcome, InboundError> {
    settle(store, |refused| {
        let decision = decide(store, store, stripe, env, found, refused)?;
        match &decision {
            Decision::Commit(changes, _) => match ignored(changes) {
                Some(reason) => Ok(Decision::Answer(Outcome::Ignored(reason.to_owned()))),
                None => Ok(decision),
            },
            Decision::Answer(_) => Ok(decision),
        }
    })
}

/// Why the event of these changes has no effects; `None` if it has some.
fn ignored(changes: &Changes) -> Option<&str> {
    let mut outcomes = changes.events.iter().map(|write| &write.value.outcome);
    outcomes.find_map(|outcome| match outcome {
        EventOutcome::Ignored(reason) => Some(reason.as_str()),
        EventOutcome::Applied | EventOutcome::Parked { .. } | EventOutcome::GivenUp(_) => None,
    })
}
