//! The files that `mintage dev` keeps in the working directory.

/// The database of the server.
pub(super) const DATABASE: &str = "mintage-dev.db";
/// The secrets of the tenant that `mintage dev` creates.
pub(super) const SECRETS: &str = "mintage-dev.json";
/// The log of the server.
pub(super) const LOG: &str = "mintage-dev.log";
