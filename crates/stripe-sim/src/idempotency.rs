//! `Idempotency-Key`: the first answer is the answer.

use std::collections::HashMap;

use serde_json::Value;

use crate::error::StripeError;
use crate::form::Pairs;
use crate::world::{Scope, Shared};

const LONGEST: usize = 255;

/// What a key was first used for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Purpose {
    pub(crate) path: String,
    /// Sorted, because the order of parameters means nothing.
    pub(crate) params: Pairs,
}

/// An answer as it was first given.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) request_id: String,
}

struct Record {
    purpose: Purpose,
    /// `None` while the first request still runs.
    stored: Option<Stored>,
}

type Slot = (Scope, String);

#[derive(Default)]
pub(crate) struct Replays(HashMap<Slot, Record>);

/// The right to be the one request that works under a key. Dropped unused, it frees the key.
pub(crate) struct Claim {
    world: Shared,
    slot: Slot,
}

/// What a key's earlier use means for a request.
pub(crate) enum Entry {
    First(Claim),
    Replay(Stored),
}

/// Claims `key` for one request.
pub(crate) fn enter(
    world: &Shared,
    scope: &Scope,
    key: &str,
    purpose: Purpose,
) -> Result<Entry, StripeError> {
    if key.chars().count() > LONGEST {
        let message = format!("Idempotency keys can be at most {LONGEST} characters long.");
        return Err(StripeError::invalid(message));
    }
    let slot = (scope.clone(), key.to_owned());
    let mut state = world.lock();
    let Some(record) = state.replays.0.get(&slot) else {
        let record = Record {
            purpose,
            stored: None,
        };
        state.replays.0.insert(slot.clone(), record);
        let world = world.clone();
        return Ok(Entry::First(Claim { world, slot }));
    };
    if record.purpose != purpose {
        return Err(other_purpose(key, &record.purpose, &purpose));
    }
    match &record.stored {
        Some(stored) => Ok(Entry::Replay(stored.clone())),
        None => Err(in_use(key)),
    }
}

fn other_purpose(key: &str, first: &Purpose, now: &Purpose) -> StripeError {
    let message = if first.path == now.path {
        format!(
            "Keys for idempotent requests can only be used with the same parameters they were \
             first used with. Try using a key other than '{key}' if you meant to execute a \
             different request."
        )
    } else {
        format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first \
             used for ('{}' vs '{}'). Try using a key other than '{key}' if you meant to execute \
             a different request.",
            now.path, first.path
        )
    };
    StripeError::invalid(message).kind("idempotency_error")
}

fn in_use(key: &str) -> StripeError {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably \
         means you submitted twice, and the other request is still going through): {key}."
    );
    let error = StripeError::new(409, message).kind("idempotency_error");
    error.code("idempotency_key_in_use")
}

impl Claim {
    /// Keeps the answer, if it is one that came from working: refused parameters free the key.
    pub(crate) fn settle(self, stored: Stored) {
        if matches!(stored.status, 400 | 401 | 403 | 404 | 409 | 429) {
            return;
        }
        let mut world = self.world.lock();
        if let Some(record) = world.replays.0.get_mut(&self.slot) {
            record.stored = Some(stored);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut world = self.world.lock();
        let unused = |record: &Record| record.stored.is_none();
        if world.replays.0.get(&self.slot).is_some_and(unused) {
            world.replays.0.remove(&self.slot);
        }
    }
}
