//! What `mintage dev` is told.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What the caller of `mintage dev` chose.
#[derive(Debug, Clone, Default)]
pub struct DevSettings {
    /// The address to listen on.
    pub listen: Option<SocketAddr>,
    /// The database.
    pub database_url: Option<String>,
    /// The configuration file of the server.
    pub config: Option<PathBuf>,
    /// Whether the configuration file sets the master key.
    pub has_master_key: bool,
}
