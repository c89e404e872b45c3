//! How a store is opened, and why it cannot be.

use std::path::PathBuf;
use std::time::Duration;

/// How a [`SqliteStore`](crate::SqliteStore) is opened.
#[derive(Debug, Clone)]
pub struct SqliteConfig {
    /// How many connections read at the same time.
    pub readers: u32,
    /// How long to wait for a connection, and for another process that writes.
    pub patience: Duration,
    /// The page cache of each connection, in KiB.
    pub cache_kib: u32,
    /// How much of the file each connection reads through memory that it shares with the system's
    /// cache, in bytes.
    pub mmap_bytes: u64,
    /// How many nonces are remembered at most; when so many are in use, validation answers that
    /// the store is not available rather than let a call be replayed. One takes about 50 bytes.
    pub nonces: usize,
}

impl Default for SqliteConfig {
    fn default() -> Self {
        Self {
            readers: 8,
            patience: Duration::from_secs(5),
            cache_kib: 8 * 1024,
            mmap_bytes: 1 << 30,
            nonces: 4_000_000,
        }
    }
}

/// Why a store cannot be opened, in a sentence for the operator.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another server holds the lock file.
    InUse(PathBuf),
    /// The lock file cannot be made.
    Lock(PathBuf, std::io::Error),
    /// The path is not one of a file that several connections can share.
    NotAFile(PathBuf),
    /// The database cannot be opened.
    Database(PathBuf, String),
    /// There is no such file, and none may be created.
    Missing(PathBuf),
    /// The tables are not up to date, and may not be changed.
    Outdated(PathBuf),
    /// A newer version of Mintage, whose migration this is, has changed the tables.
    Newer(PathBuf, String),
    /// A migration failed; the database is as it was before it.
    Migration(PathBuf, String),
    /// A thread could not be started.
    Thread(std::io::Error),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InUse(path) => write!(
                f,
                "another server is using the database {}: stop it first, or give this one a \
                 database of its own",
                path.display()
            ),
            Self::Lock(path, error) => {
                write!(f, "cannot lock {}: {error}", path.display())
            }
            Self::NotAFile(path) => write!(
                f,
                "{} is no path of a database file: the database must be a file whose path is UTF-8",
                path.display()
            ),
            Self::Database(path, error) => {
                write!(f, "cannot open the database {}: {error}", path.display())
            }
            Self::Missing(path) => write!(
                f,
                "there is no database {}: `mintage serve` and `mintage migrate` create it",
                path.display()
            ),
            Self::Outdated(path) => write!(
                f,
                "the tables of {} are older than this version of Mintage: `mintage serve` and \
                 `mintage migrate` bring them up to date",
                path.display()
            ),
            Self::Newer(path, version) => write!(
                f,
                "a newer version of Mintage has migrated the database {} (to {version}): start that \
                 version, or restore a backup from before",
                path.display()
            ),
            Self::Migration(path, error) => write!(
                f,
                "cannot bring the tables of {} up to date: {error}",
                path.display()
            ),
            Self::Thread(error) => write!(f, "cannot start a thread for the database: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}
