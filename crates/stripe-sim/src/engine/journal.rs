use serde_json::{Map, Value, json};

use crate::base::form::Pairs;

/// One request to the API or to OAuth.
pub(crate) struct RecordedRequest {
    pub(crate) request_id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) params: Pairs,
    pub(crate) account: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) version: Option<String>,
}

/// All requests, oldest first, for inspection by tests. Keys and OAuth codes are not recorded.
#[derive(Default)]
pub(crate) struct Journal(Vec<RecordedRequest>);

impl Journal {
    pub(crate) fn record(&mut self, mut request: RecordedRequest) {
        request
            .params
            .retain(|(name, _)| !matches!(name.as_str(), "client_secret" | "code"));
        self.0.push(request);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(RecordedRequest::to_json).collect()
    }
}

impl RecordedRequest {
    fn to_json(&self) -> Value {
        let params = self
            .params
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()));
        json!({
            "request_id": self.request_id,
            "method": self.method,
            "path": self.path,
            "params": params.collect::<Map<_, _>>(),
            "stripe_account": self.account,
            "idempotency_key": self.idempotency_key,
            "stripe_version": self.version,
        })
    }
}
