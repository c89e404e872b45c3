//! A store in memory.

mod access;
mod catalog;
mod commit;
mod housekeeping;
mod lanes;
mod last_seen;
mod ledger;
mod licenses;
mod master_keys;
mod outbox;
mod paging;
#[cfg(test)]
mod planted;
mod restricted_keys;
mod sales;
mod sellers;
mod store;
mod stripe;
mod tables;

pub use store::MemoryStore;
