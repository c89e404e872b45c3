//! The PostgreSQL store, held to its port's contract and to its own promises.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

/// Held by both SQL stores.
#[path = "../../../sql/tests/shared/batching.rs"]
mod batching;
/// Held by both SQL stores.
#[path = "../../../sql/tests/shared/claims.rs"]
mod claims;
mod contract;
mod counting_line;
mod cut_line;
mod faults;
/// Held by both SQL stores.
#[path = "../../../sql/tests/shared/kinds.rs"]
mod kinds;
mod losses;
/// Held by both SQL stores.
#[path = "../../../sql/tests/shared/old_nodes.rs"]
mod old_nodes;
mod opening;
mod racing;
mod texts;
#[cfg(feature = "tls")]
mod tls;
mod validating;
mod work;
