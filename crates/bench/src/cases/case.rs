//! The names of what is measured.

use std::fmt;

/// Which database is under the server, or measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Store {
    Postgres,
    Sqlite,
}

/// What is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Work {
    /// `GET /healthz`.
    Hello,
    /// `POST /v1/validate`.
    Validate,
    /// `POST /v1/issue`, each to a new customer, with an idempotency key.
    Issue,
    /// `POST /v1/activate`, each on a new device.
    Activate,
    /// `POST /api/stripe/webhook/connect` with the paid session of an open order.
    Webhook,
    /// `POST /api/{tenant}/checkout` against the simulated Stripe.
    Checkout,
    /// The rows that a validation reads, in one statement, without a server.
    ReadRows,
    /// The rows that an issued license writes, in one transaction, without a server.
    IssueRows,
    /// The rows that a paid session writes, in one transaction, without a server.
    WebhookRows,
}

/// Among whom the calls are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tenants {
    /// All tenants in turn.
    Spread,
    /// One tenant.
    Hot,
}

/// Something that is measured, by itself and in repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Case {
    pub(crate) store: Store,
    pub(crate) work: Work,
    pub(crate) tenants: Tenants,
    pub(crate) connections: usize,
}

impl Work {
    /// Whether the work is done without a server.
    pub(crate) fn is_yardstick(self) -> bool {
        matches!(self, Self::ReadRows | Self::IssueRows | Self::WebhookRows)
    }

    /// Whether each answer means one more license.
    pub(crate) fn mints(self) -> bool {
        matches!(self, Self::Issue | Self::Webhook)
    }

    /// The name in tables and in `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Validate => "validate",
            Self::Issue => "issue",
            Self::Activate => "activate",
            Self::Webhook => "webhook",
            Self::Checkout => "checkout",
            Self::ReadRows => "read-rows",
            Self::IssueRows => "issue-rows",
            Self::WebhookRows => "webhook-rows",
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = match self.store {
            Store::Postgres => "postgres",
            Store::Sqlite => "sqlite",
        };
        let tenants = match self.tenants {
            Tenants::Spread => "spread",
            Tenants::Hot => "hot",
        };
        let (work, connections) = (self.work.name(), self.connections);
        write!(f, "{store} {work} {tenants} {connections}")
    }
}

/// A case with its tenants spread.
pub(crate) const fn spread(store: Store, work: Work, connections: usize) -> Case {
    Case {
        store,
        work,
        tenants: Tenants::Spread,
        connections,
    }
}

/// A case with one tenant.
pub(crate) const fn hot(store: Store, work: Work, connections: usize) -> Case {
    Case {
        store,
        work,
        tenants: Tenants::Hot,
        connections,
    }
}
