//! What the server measures of itself, for Prometheus.
//!
//! A server has a registry of its own, so that several servers in one process do not count each other's
//! requests. Labels have few values, and none names a tenant, an account or an address.

mod http;
mod process;
mod registry;
mod table;

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::outbox::delivery::DeliveryStatus;
use mintage_domain::model::outbox::mail::MailStatus;
use mintage_domain::ports::{StoreLoad, StripeError};

pub use self::http::{HttpMetrics, InFlight};
use self::process::float;
use self::registry::Registry;
use self::table::{
    BATCHED, BATCHES, BUILD, CONNECTIONS, DELIVERIES, DELIVERY_AGE, MAIL_AGE, MAILS, REFUSALS,
    STRIPE_CALLS, STRIPE_CIRCUIT, STRIPE_DURATION, WORKER_FAILURES, WORKER_RUN,
};
pub use self::table::{Kind, METRICS, Metric};
use crate::state::StripeCircuits;

const MODES: [Mode; 2] = [Mode::Sandbox, Mode::Live];

/// The metrics of a server.
pub struct Metrics {
    registry: Arc<Registry>,
    /// The requests that the server answers.
    pub http: HttpMetrics,
}

/// A background worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worker {
    Deliver,
    Mail,
    Sweep,
    SweepAtStripe,
    RestrictedKeys,
    Reconcile,
    Prune,
    LastSeen,
    Ledger,
}

impl Worker {
    const ALL: [Self; 9] = [
        Self::Deliver,
        Self::Mail,
        Self::Sweep,
        Self::SweepAtStripe,
        Self::RestrictedKeys,
        Self::Reconcile,
        Self::Prune,
        Self::LastSeen,
        Self::Ledger,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Mail => "mail",
            Self::Sweep => "sweep",
            Self::SweepAtStripe => "sweep_at_stripe",
            Self::RestrictedKeys => "restricted_keys",
            Self::Reconcile => "reconcile",
            Self::Prune => "prune",
            Self::LastSeen => "last_seen",
            Self::Ledger => "ledger",
        }
    }
}

impl Metrics {
    /// Metrics that count.
    pub fn on() -> Self {
        let metrics = Self::of(Registry::on());
        metrics.begin();
        metrics
    }

    /// Metrics that count nothing and cost nothing.
    pub fn off() -> Self {
        Self::of(Registry::off())
    }

    fn of(registry: Registry) -> Self {
        let registry = Arc::new(registry);
        Self {
            http: HttpMetrics::new(Arc::clone(&registry)),
            registry,
        }
    }

    /// Begins the counters whose labels are known at 0, so that their first increment is seen.
    fn begin(&self) {
        let version = env!("CARGO_PKG_VERSION");
        self.registry.gauge(BUILD, &[("version", version)]).set(1.0);
        for limit in Limited::ALL {
            self.refusals(limit).increment(0);
        }
        for result in ["delivered", "retried", "failed", "error"] {
            self.deliveries(result).increment(0);
        }
        for result in ["sent", "retried", "failed", "cancelled", "error"] {
            self.mails(result).increment(0);
        }
        for worker in Worker::ALL {
            self.worker_failures(worker).increment(0);
        }
    }

    fn refusals(&self, limit: Limited) -> metrics::Counter {
        self.registry.counter(REFUSALS, &[("limit", limit.name())])
    }

    fn deliveries(&self, result: &str) -> metrics::Counter {
        self.registry.counter(DELIVERIES, &[("result", result)])
    }

    fn mails(&self, result: &str) -> metrics::Counter {
        self.registry.counter(MAILS, &[("result", result)])
    }

    fn worker_failures(&self, worker: Worker) -> metrics::Counter {
        let labels = [("worker", worker.as_str())];
        self.registry.counter(WORKER_FAILURES, &labels)
    }

    /// Counts a call that a rate limit refused.
    pub(crate) fn refused(&self, limit: Limited) {
        self.refusals(limit).increment(1);
    }

    /// Counts a call of Stripe; `took` is `None` if the circuit refused the call.
    pub(crate) fn called_stripe<T>(
        &self,
        mode: Mode,
        call: &'static str,
        result: &Result<T, StripeError>,
        took: Option<Duration>,
    ) {
        let mode = mode.as_str();
        let word = match (took, result) {
            (None, _) => "circuit_open",
            (_, Ok(_)) => "ok",
            (
                _,
                Err(
                    StripeError::Unavailable(_)
                    | StripeError::Unreadable(_)
                    | StripeError::Busy { .. },
                ),
            ) => "unavailable",
            (_, Err(_)) => "refused",
        };
        let labels = [("mode", mode), ("call", call), ("result", word)];
        self.registry.counter(STRIPE_CALLS, &labels).increment(1);
        if let Some(took) = took {
            let duration = self.registry.histogram(STRIPE_DURATION, &[("mode", mode)]);
            duration.record(took.as_secs_f64());
        }
    }

    /// Counts an attempt to deliver; `None` if its result could not be recorded.
    pub(crate) fn attempted_delivery(&self, status: Option<DeliveryStatus>) {
        let result = match status {
            Some(DeliveryStatus::Delivered) => "delivered",
            Some(DeliveryStatus::Failed) => "failed",
            Some(DeliveryStatus::Pending | DeliveryStatus::Leased) => "retried",
            None => "error",
        };
        self.deliveries(result).increment(1);
    }

    /// Counts an attempt to send a mail; `None` if its result could not be recorded.
    pub(crate) fn attempted_mail(&self, status: Option<MailStatus>) {
        let result = match status {
            Some(MailStatus::Sent) => "sent",
            Some(MailStatus::Failed) => "failed",
            Some(MailStatus::Cancelled) => "cancelled",
            Some(MailStatus::Pending | MailStatus::Leased) => "retried",
            None => "error",
        };
        self.mails(result).increment(1);
    }

    /// Records how long an event waited for its first attempt.
    pub(crate) fn first_delivery_attempt(&self, waited: Duration) {
        let age = self.registry.histogram(DELIVERY_AGE, &[]);
        age.record(waited.as_secs_f64());
    }

    /// Records how long a mail waited for its first attempt.
    pub(crate) fn first_mail_attempt(&self, waited: Duration) {
        let age = self.registry.histogram(MAIL_AGE, &[]);
        age.record(waited.as_secs_f64());
    }

    /// Records that a worker did its work, or failed.
    pub(crate) fn worker_ran(&self, worker: Worker, succeeded: bool, now: Timestamp) {
        if !succeeded {
            return self.worker_failures(worker).increment(1);
        }
        let labels = [("worker", worker.as_str())];
        let seconds = u64::try_from(now.unix_seconds()).unwrap_or(0);
        self.registry.gauge(WORKER_RUN, &labels).set(float(seconds));
    }

    /// All metrics as they are now, in Prometheus' text format, with the state of the circuits and the store.
    pub fn render(&self, circuits: &StripeCircuits, load: StoreLoad) -> String {
        let registry = &self.registry;
        for mode in MODES {
            let is_open = circuits.refusal(mode, None).is_some();
            let gauge = registry.gauge(STRIPE_CIRCUIT, &[("mode", mode.as_str())]);
            gauge.set(if is_open { 1.0 } else { 0.0 });
        }
        let in_use = load.connections.saturating_sub(load.idle_connections);
        for (state, connections) in [("idle", load.idle_connections), ("in_use", in_use)] {
            let gauge = registry.gauge(CONNECTIONS, &[("state", state)]);
            gauge.set(float(connections.into()));
        }
        registry.counter(BATCHES, &[]).absolute(load.batches);
        registry.counter(BATCHED, &[]).absolute(load.batched);
        process::sample(registry);
        registry.render()
    }

    /// Does what has to be done every few seconds.
    pub(crate) fn tidy(&self) {
        self.registry.tidy();
    }
}

#[cfg(test)]
mod tests;
