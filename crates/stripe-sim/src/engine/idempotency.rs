//! Idempotency keys: a repeated request receives the response of the first request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::base::error::StripeError;
use crate::base::form::Pairs;
use crate::base::scope::Scope;

const MAX_LENGTH: usize = 255;

/// The properties that must be equal in all requests with the same key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) path: String,
    /// Sorted, because the order of parameters does not matter.
    pub(crate) params: Pairs,
}

/// The response to the first request with a key.
#[derive(Clone)]
pub(crate) struct StoredResponse {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) request_id: String,
}

struct Record {
    fingerprint: Fingerprint,
    /// `None` while the first request is in progress.
    response: Option<StoredResponse>,
}

/// Stripe's keys are unique per account and mode.
type ScopedKey = (Scope, String);

/// All idempotency keys. A clone refers to the same keys.
#[derive(Clone, Default)]
pub(crate) struct IdempotencyKeys(Arc<Mutex<HashMap<ScopedKey, Record>>>);

/// Exclusive use of a key by the first request. Dropping the claim without a stored response
/// releases the key.
pub(crate) struct Claim {
    keys: IdempotencyKeys,
    key: ScopedKey,
}

/// The result of looking up a key.
pub(crate) enum Lookup {
    First(Claim),
    Replay(StoredResponse),
}

impl IdempotencyKeys {
    /// Claims `key` for a request, or returns the response to the first request with the key.
    pub(crate) fn claim(
        &self,
        scope: &Scope,
        key: &str,
        fingerprint: Fingerprint,
    ) -> Result<Lookup, StripeError> {
        if key.chars().count() > MAX_LENGTH {
            let message = format!("Idempotency keys can be at most {MAX_LENGTH} characters long.");
            return Err(StripeError::invalid(message));
        }
        let scoped_key = (scope.clone(), key.to_owned());
        let mut records = self.lock();
        let Some(record) = records.get(&scoped_key) else {
            let record = Record {
                fingerprint,
                response: None,
            };
            records.insert(scoped_key.clone(), record);
            return Ok(Lookup::First(Claim {
                keys: self.clone(),
                key: scoped_key,
            }));
        };
        if record.fingerprint != fingerprint {
            return Err(reused_key(key, &record.fingerprint, &fingerprint));
        }
        match &record.response {
            Some(response) => Ok(Lookup::Replay(response.clone())),
            None => Err(key_in_use(key)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ScopedKey, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// Stores the response, unless the request was rejected before it changed anything: then the
    /// key is released.
    pub(crate) fn store(self, response: StoredResponse) {
        if matches!(response.status, 400 | 401 | 403 | 404 | 409 | 429) {
            return;
        }
        if let Some(record) = self.keys.lock().get_mut(&self.key) {
            record.response = Some(response);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut records = self.keys.lock();
        let unused = |record: &Record| record.response.is_none();
        if records.get(&self.key).is_some_and(unused) {
            records.remove(&self.key);
        }
    }
}

fn reused_key(key: &str, first: &Fingerprint, now: &Fingerprint) -> StripeError {
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

fn key_in_use(key: &str) -> StripeError {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably \
         means you submitted twice, and the other request is still going through): {key}."
    );
    let error = StripeError::new(409, message).kind("idempotency_error");
    error.code("idempotency_key_in_use")
}
