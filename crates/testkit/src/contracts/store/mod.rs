//! What every store must keep, as cases that [`store_contract!`](crate::store_contract!) runs.
//!
//! Each case needs an empty store that no other case uses. The folders are the rooms of the domain;
//! `commit` has the properties of every commit, whatever it writes.

pub mod access;
mod at_once;
pub mod catalog;
pub mod commit;
mod committing;
mod counting;
pub mod housekeeping;
pub mod isolation;
pub mod last_seen;
pub mod licenses;
pub mod master_keys;
mod nodes;
pub mod outbox;
mod paging;
mod pruning;
mod reopen;
mod reopening;
mod round_trip;
pub mod sales;
pub mod sellers;
pub mod stripe;
mod written;

pub use nodes::Nodes;
pub use reopen::Reopen;
pub use reopening::Reopening;

/// Holds a store to the contract of its port: one `#[test]` for each case, so that one failure
/// hides no other.
///
/// - `store_contract!(core: open)`: what every store must keep. `open` is an expression that
///   gives a fresh, empty store behind a pointer: a `Box`, an `Arc`, or anything that dereferences
///   to a [`Store`](mintage_domain::ports::Store), such as a guard that also removes a temporary
///   database. The expression is evaluated once for each case.
/// - `store_contract!(nodes: open)`: the same cases on several stores that are open on the same
///   data at the same time. Each call goes to the next store, so all of them together must keep
///   what the port asks of one: a node reads what another node acknowledged, and all nodes share
///   rates, nonces, leases and counters. `open` is an expression that gives a fresh
///   `Vec<Box<dyn Store>>` or `Vec<Arc<dyn Store>>`.
/// - `store_contract!(durable: place)`: what a store must keep that outlives its process, and the
///   cases of `core` on a store that is closed and opened again before each read.
///   `place` is an expression that gives a fresh [`Reopen`](crate::contracts::store::Reopen).
///
/// The macro puts the tests where it is called: give each call a module of its own.
#[macro_export]
macro_rules! store_contract {
    (core: $open:expr) => {
        $crate::store_cases!(store: &$crate::Nodes::one(&*store), $open);
    };
    (nodes: $open:expr) => {
        $crate::store_cases!(nodes: &$crate::Nodes::new(nodes.iter().map(|it| &**it)), $open);
    };
    (durable: $place:expr) => {
        $crate::durable_store_cases!(place: &place, $place);
        mod reopened {
            use super::*;

            $crate::store_cases!(
                place: &$crate::Nodes::one(&$crate::Reopening::of(&place)),
                $place
            );
        }
    };
}
