//! The version of what nodes cache.

use crate::ports::store_error::StoreError;

/// Tells whether tenants, products, key types or API keys have changed.
pub trait Configuration {
    /// The value of [`Counter::Configuration`], 0 if there was no such commit yet. While it stays the
    /// same, so do all these rows (`each_commit_that_changes_the_configuration_counts`).
    ///
    /// [`Counter::Configuration`]: crate::commit::counter::Counter::Configuration
    fn configuration_version(&self) -> Result<i64, StoreError>;
}
