//! All metrics. `docs/OPERATE.md` has the same table, which a test compares.

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name, with its unit, and `_total` at the end of a counter.
    pub name: &'static str,
    /// The kind.
    pub kind: Kind,
    /// The names of the labels, whose values are bounded. None identifies a tenant.
    pub labels: &'static [&'static str],
    /// What the metric measures.
    pub help: &'static str,
}

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that only grows while the process runs.
    Counter,
    /// A number as it is now.
    Gauge,
    /// A distribution, in buckets.
    Histogram,
}

impl Kind {
    /// The kind as Prometheus writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

const fn metric(
    name: &'static str,
    kind: Kind,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric {
        name,
        kind,
        labels,
        help,
    }
}

pub(super) const BUILD: &str = "mintage_build_info";
pub(super) const REQUESTS: &str = "mintage_http_requests_total";
pub(super) const REQUEST_DURATION: &str = "mintage_http_request_duration_seconds";
pub(super) const IN_FLIGHT: &str = "mintage_http_requests_in_flight";
pub(super) const REFUSALS: &str = "mintage_rate_limit_refusals_total";
pub(super) const STRIPE_CALLS: &str = "mintage_stripe_calls_total";
pub(super) const STRIPE_DURATION: &str = "mintage_stripe_call_duration_seconds";
pub(super) const STRIPE_CIRCUIT: &str = "mintage_stripe_circuit_open";
pub(super) const DELIVERIES: &str = "mintage_delivery_attempts_total";
pub(super) const DELIVERY_AGE: &str = "mintage_delivery_age_seconds";
pub(super) const MAILS: &str = "mintage_mail_attempts_total";
pub(super) const MAIL_AGE: &str = "mintage_mail_age_seconds";
pub(super) const WORKER_RUN: &str = "mintage_worker_last_run_timestamp_seconds";
pub(super) const WORKER_FAILURES: &str = "mintage_worker_failures_total";
pub(super) const CONNECTIONS: &str = "mintage_database_connections";
pub(super) const BATCHES: &str = "mintage_database_batches_total";
pub(super) const BATCHED: &str = "mintage_database_batched_changes_total";
pub(super) const CPU: &str = "process_cpu_seconds_total";
pub(super) const MEMORY: &str = "process_resident_memory_bytes";
pub(super) const FILES: &str = "process_open_fds";
pub(super) const THREADS: &str = "process_threads";

/// All metrics.
pub const METRICS: [Metric; 21] = [
    metric(
        BUILD,
        Kind::Gauge,
        &["version"],
        "Always 1. The version of the program",
    ),
    metric(
        REQUESTS,
        Kind::Counter,
        &["method", "route", "status"],
        "Answered requests, by the pattern of their route and the class of their status",
    ),
    metric(
        REQUEST_DURATION,
        Kind::Histogram,
        &["method", "route"],
        "The time from the head of a request to its answer",
    ),
    metric(
        IN_FLIGHT,
        Kind::Gauge,
        &[],
        "Requests that are not answered yet",
    ),
    metric(
        REFUSALS,
        Kind::Counter,
        &["limit"],
        "Calls that a rate limit refused",
    ),
    metric(
        STRIPE_CALLS,
        Kind::Counter,
        &["mode", "call", "result"],
        "Calls of Stripe: ok, refused by Stripe, unavailable, or not made since the circuit is open",
    ),
    metric(
        STRIPE_DURATION,
        Kind::Histogram,
        &["mode"],
        "The time until Stripe answered a call",
    ),
    metric(
        STRIPE_CIRCUIT,
        Kind::Gauge,
        &["mode"],
        "1 while calls of Stripe are refused since Stripe does not answer, else 0",
    ),
    metric(
        DELIVERIES,
        Kind::Counter,
        &["result"],
        "Attempts to deliver an event: delivered, retried later, failed for good, or not recorded",
    ),
    metric(
        DELIVERY_AGE,
        Kind::Histogram,
        &[],
        "The time from an event to the first attempt to deliver it",
    ),
    metric(
        MAILS,
        Kind::Counter,
        &["result"],
        "Attempts to send a mail: sent, retried later, failed for good, cancelled, or not recorded",
    ),
    metric(
        MAIL_AGE,
        Kind::Histogram,
        &[],
        "The time from the queueing of a mail to the first attempt to send it",
    ),
    metric(
        WORKER_RUN,
        Kind::Gauge,
        &["worker"],
        "When a background worker last did its work without an error",
    ),
    metric(
        WORKER_FAILURES,
        Kind::Counter,
        &["worker"],
        "Runs of a background worker that ended with an error",
    ),
    metric(
        CONNECTIONS,
        Kind::Gauge,
        &["state"],
        "Connections of the database pool, idle or in use",
    ),
    metric(
        BATCHES,
        Kind::Counter,
        &[],
        "Transactions in which the writer committed changes",
    ),
    metric(
        BATCHED,
        Kind::Counter,
        &[],
        "Changes that callers handed to the writer, many of which share a transaction",
    ),
    metric(
        CPU,
        Kind::Counter,
        &[],
        "Processor time of the process, in whole seconds",
    ),
    metric(
        MEMORY,
        Kind::Gauge,
        &[],
        "Memory of the process that is in RAM",
    ),
    metric(
        FILES,
        Kind::Gauge,
        &[],
        "Open files and sockets of the process",
    ),
    metric(THREADS, Kind::Gauge, &[], "Threads of the process"),
];
