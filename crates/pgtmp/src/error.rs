//! Errors, with messages that say how to fix them.

use std::{fmt, io};

/// Why there is no server or no database.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// `TEST_DATABASE_URL` is not set, and the programs of PostgreSQL were not found.
    NoPostgres,
    /// `TEST_DATABASE_URL` is set, but `psql` was not found.
    NoPsql,
    /// `TEST_DATABASE_URL` is not a PostgreSQL URL. The error omits the URL, which may contain a password.
    UnusableUrl,
    /// The process runs as root, and there is no unprivileged account to run the server.
    NoAccount,
    /// The operating system refused a step.
    System {
        /// The step, as in "could not {step}".
        step: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The server refused a statement or a connection.
    Sql {
        /// The output of `psql` on stderr.
        message: String,
    },
    /// The server did not start.
    NotReady {
        /// The end of the server's log.
        log: String,
    },
}

impl Error {
    /// The error that the system refused this step, for `map_err`.
    pub(crate) fn system(step: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { step, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPostgres => f.write_str(
                "no PostgreSQL was found: install one (`apt-get install postgresql`), name the directory of its \
                 programs in PG_BIN, or set TEST_DATABASE_URL to a server on which databases may be created",
            ),
            Self::NoPsql => f.write_str(
                "TEST_DATABASE_URL is set, but psql was not found: install it (`apt-get install postgresql-client`) \
                 or name its directory in PG_BIN",
            ),
            Self::UnusableUrl => f.write_str(
                "TEST_DATABASE_URL must read like postgres://user:password@host:5432/database, \
                 with a database that exists",
            ),
            Self::NoAccount => f.write_str(
                "PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` is in /etc/passwd: \
                 run as another user",
            ),
            Self::System { step, source } => write!(f, "could not {step}: {source}"),
            Self::Sql { message } => write!(f, "psql failed: {}", message.trim()),
            Self::NotReady { log } => {
                write!(f, "PostgreSQL did not start; its log ends: {}", log.trim())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System { source, .. } => Some(source),
            _ => None,
        }
    }
}
