//! Stripe's lists of what happened on an account, by which missed events are found.

use std::time::Duration;

use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;

text_enum! {
    /// The kind of the objects in a list.
    pub enum HistoryKind {
        /// Checkout sessions.
        Sessions = "sessions",
        /// Subscriptions.
        Subscriptions = "subscriptions",
        /// Invoices of subscriptions.
        Invoices = "invoices",
        /// Refunds of charges.
        Refunds = "refunds",
        /// Disputes about charges.
        Disputes = "disputes",
    }

    /// The text is not a kind of objects.
    #[error("unknown kind of history")]
    pub struct UnknownHistory;
}

const DAY: Duration = Duration::from_hours(24);

impl HistoryKind {
    /// The lists that a restricted key with the eight permissions may read.
    pub const BY_KEY: [Self; 3] = [Self::Sessions, Self::Invoices, Self::Refunds];

    /// For how long after its creation the state of an object may change. A list that is read from this
    /// long before a silence shows every change in the silence.
    pub fn changes_for(self) -> Duration {
        match self {
            // A session is open for a day, and a bank debit takes up to two weeks.
            Self::Sessions => DAY.saturating_mul(16),
            // A subscription changes as long as it lives: they are all listed.
            Self::Subscriptions => DAY.saturating_mul(36_500),
            // Stripe retries a failed payment for a month at most, and an invoice stays a draft for a while.
            Self::Invoices => DAY.saturating_mul(60),
            Self::Refunds => DAY.saturating_mul(45),
            // Banks answer within 120 days, and an appeal takes as long again.
            Self::Disputes => DAY.saturating_mul(240),
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Which list is read.
    pub kind: HistoryKind,
    /// The list holds the objects that were created at this time or later.
    pub since: Timestamp,
    /// The current time.
    pub now: Timestamp,
    /// The last object of the previous page; `None` for the first page.
    pub after: Option<String>,
}

/// The objects of a page. Each object is given as the body of the event that reports its state, so that
/// it has the effects of that event. Objects whose state has no effects are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// The bodies of the events, newest object first. The id of an event depends on the state of its
    /// object: the same state has the same id.
    pub events: Vec<Vec<u8>>,
    /// The number of objects on the page, with those that are left out.
    pub objects: usize,
    /// The last object of this page, if there is another page.
    pub next: Option<String>,
}
