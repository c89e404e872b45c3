//! How a store is opened, and why it cannot be.

use std::path::PathBuf;
use std::time::Duration;

/// How a [`PostgresStore`](crate::PostgresStore) is opened.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// How many connections the pool may have, besides those of the writers, the hot read and the
    /// rate limiter.
    pub connections: u32,
    /// How many threads commit changes, each on a connection of its own; at least one. The changes of a
    /// tenant have the same one.
    pub writers: usize,
    /// How long to wait for a connection, for a lock of another transaction and in the queue of
    /// the writer before a call answers that the store is not available, and how long to ask what
    /// became of a COMMIT whose answer was lost. A statement may take twice as long; a transaction
    /// that is idle for so long is ended by the server.
    pub patience: Duration,
    /// How many prepared statements a connection keeps. Beyond that it is replaced by a new one:
    /// batches of many kinds have many texts, and each takes memory in the server.
    pub max_prepared: usize,
    /// Whether the store only reads: all writes fail, and the tables must be up to date.
    pub read_only: bool,
    /// A file of certificates in PEM form, by which the server's certificate must be signed, unless the URL
    /// names one. It is used where the URL's `sslmode` is `verify-ca` or `verify-full`.
    pub authorities: Option<PathBuf>,
}

impl Default for PostgresConfig {
    fn default() -> Self {
        Self {
            connections: 8,
            writers: 2,
            patience: Duration::from_secs(5),
            max_prepared: 500,
            read_only: false,
            authorities: None,
        }
    }
}

/// Why a store cannot be opened, in a sentence for the operator. None repeats the URL, which may
/// hold a password.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL is not one; what is wrong with it.
    Url(&'static str),
    /// The URL demands TLS by this `sslmode`, and this build has none.
    NoTls(String),
    /// The database cannot be reached.
    Database(String),
    /// The tables are not up to date, and may not be changed.
    Outdated,
    /// A newer version of Mintage, whose migration this is, has changed the tables.
    Newer(String),
    /// A migration failed; the database is as it was before it.
    Migration(String),
    /// A thread could not be started.
    Thread(std::io::Error),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Url(what) => write!(f, "the PostgreSQL URL cannot be read: {what}"),
            Self::NoTls(mode) => write!(
                f,
                "the PostgreSQL URL says sslmode={mode}, and this build of Mintage has no TLS to \
                 PostgreSQL: use a release image, build with `--features tls`, or reach the \
                 database over a private network with sslmode=disable"
            ),
            Self::Database(error) => write!(f, "cannot connect to PostgreSQL: {error}"),
            Self::Outdated => f.write_str(
                "the tables are older than this version of Mintage: `mintage serve` and `mintage \
                 migrate` bring them up to date",
            ),
            Self::Newer(version) => write!(
                f,
                "a newer version of Mintage has migrated the database (to {version}): start that \
                 version, or restore a backup from before"
            ),
            Self::Migration(error) => {
                write!(f, "cannot bring PostgreSQL's tables up to date: {error}")
            }
            Self::Thread(error) => write!(f, "cannot start a thread for the database: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}
