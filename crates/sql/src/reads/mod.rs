//! The reading ports, written once for both databases: [`crate::reads!`] implements them for a
//! store with an inherent
//! `fn read<T>(&self, work: impl Fn(&mut Connection) -> Result<T, Error>) -> Result<T, StoreError>`,
//! which may do the work more than once: a read can be repeated.

mod activations;
mod audit;
mod catalog;
mod connections;
mod customers;
mod deliveries;
mod licenses;
mod mails;
mod paging;
mod sales;
mod sellers;

pub use licenses::{answer, records};
pub use paging::{all, fetch, one};

/// Implements the reading ports for a store on diesel's backend `$db`.
#[macro_export]
macro_rules! reads {
    ($store:ty, $db:ty) => {
        $crate::read_sellers!($store, $db);
        $crate::read_audit!($store, $db);
        $crate::read_catalog!($store, $db);
        $crate::read_connections!($store, $db);
        $crate::read_sales!($store, $db);
        $crate::read_customers!($store, $db);
        $crate::read_licenses!($store, $db);
        $crate::read_activations!($store, $db);
        $crate::read_deliveries!($store, $db);
        $crate::read_mails!($store, $db);
    };
}
