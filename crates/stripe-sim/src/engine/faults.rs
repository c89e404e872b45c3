//! Faults that tests inject into requests.

use serde::Deserialize;

/// A fault of the next matching requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The prefix of the paths of matching requests.
    #[serde(default)]
    path: String,
    /// The method of matching requests; `None` matches all methods.
    #[serde(default)]
    method: Option<String>,
    /// The number of requests that fail.
    #[serde(default = "once")]
    times: u32,
    kind: FaultKind,
}

fn once() -> u32 {
    1
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FaultKind {
    /// Responds with an error and does not execute the request.
    Status {
        status: u16,
        #[serde(default)]
        retry_after: Option<u32>,
        /// The error code; `None` leaves it out.
        #[serde(default)]
        code: Option<String>,
        /// The error message, in place of a general one.
        #[serde(default)]
        message: Option<String>,
    },
    /// Waits before the request is executed. A delay beyond the client's timeout acts as a hang.
    Delay { millis: u64 },
    /// Closes the connection and does not execute the request.
    Close,
    /// Executes the request, then closes the connection without a response.
    LoseAnswer,
}

impl Fault {
    pub(crate) fn is_valid(&self) -> bool {
        match self.kind {
            FaultKind::Status { status, .. } => (400..600).contains(&status),
            _ => true,
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let wanted = self.method.as_deref();
        path.starts_with(&self.path) && wanted.is_none_or(|wanted| wanted == method)
    }
}

/// The faults in the order in which they were added.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that matches a request. The fault's remaining number decreases by one.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let index = self
            .0
            .iter()
            .position(|fault| fault.matches(method, path))?;
        let fault = &mut self.0[index];
        let kind = fault.kind.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.0.remove(index);
        }
        Some(kind)
    }
}
