//! What clients asked, for tests to look at. Keys and codes are not kept.

use serde_json::{Map, Value, json};

use crate::form::Pairs;

/// One request to the API or to OAuth.
pub(crate) struct Recorded {
    pub(crate) request_id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) params: Pairs,
    pub(crate) account: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) version: Option<String>,
}

/// All requests, oldest first.
#[derive(Default)]
pub(crate) struct Journal(Vec<Recorded>);

impl Journal {
    pub(crate) fn note(&mut self, mut recorded: Recorded) {
        recorded
            .params
            .retain(|(name, _)| !matches!(name.as_str(), "client_secret" | "code"));
        self.0.push(recorded);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn body(&self) -> Value {
        self.0.iter().map(Recorded::body).collect()
    }
}

impl Recorded {
    fn body(&self) -> Value {
        let pairs = self
            .params
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()));
        json!({
            "request_id": self.request_id,
            "method": self.method,
            "path": self.path,
            "params": pairs.collect::<Map<_, _>>(),
            "stripe_account": self.account,
            "idempotency_key": self.idempotency_key,
            "stripe_version": self.version,
        })
    }
}
