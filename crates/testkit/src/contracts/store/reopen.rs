//! A store that is closed and opened again.

use mintage_domain::ports::Store;

/// A place that holds a store's data while no store is open on it.
pub trait Reopen: Sync {
    /// Opens the store on what was written before. Dropping the store closes it; a case never
    /// opens two at once.
    fn open(&self) -> Box<dyn Store>;
}
