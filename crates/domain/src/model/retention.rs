//! What is kept for a time only.

use crate::base::text_enum::text_enum;

text_enum! {
    /// A kind of rows that are deleted when they are old enough. Licenses, customers, payments and
    /// every order that had a payment page are in no kind: they prove what was sold, and keep an
    /// event that is received again from minting again.
    pub enum Prunable {
        /// Processed events of Stripe, by when they were received. A parked event is kept.
        Events = "events",
        /// Attempts to deliver, by when they ended.
        Attempts = "attempts",
        /// The sealed bodies of deliveries that were delivered or have failed, by when the event was
        /// created. The body is erased, and the delivery is kept.
        Bodies = "bodies",
        /// Deliveries that were delivered or have failed, by when the event was created.
        Deliveries = "deliveries",
        /// Mails that were sent, failed or were cancelled, by when they were created.
        Mails = "mails",
        /// Released activations, by their release.
        Activations = "activations",
        /// Abandoned orders, by when they were created. No buyer ever had their payment page.
        Orders = "orders",
        /// Entries of the audit trail, by their time.
        Audit = "audit",
        /// Records of idempotent calls, by the end of their life.
        Idempotency = "idempotency",
        /// Nonces, by the end of their life.
        Nonces = "nonces",
        /// Rate windows, by when they stop counting.
        Rates = "rates",
        /// OAuth rounds, by the end of their life.
        Oauth = "oauth",
        /// Ids of commits, by when they were committed.
        Commits = "commits",
    }

    /// The text is not a kind of rows.
    #[error("unknown kind of rows")]
    pub struct UnknownPrunable;
}
