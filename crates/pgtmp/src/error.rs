//! What can go wrong, in sentences that name the mend.

use std::{fmt, io};

/// Why there is no server or no database.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Neither `TEST_DATABASE_URL` nor the programs of a PostgreSQL were found.
    NoPostgres,
    /// `TEST_DATABASE_URL` is set, but there is no `psql` to reach it with.
    NoPsql,
    /// `TEST_DATABASE_URL` is no URL of a PostgreSQL. The URL is not repeated: it may hold a password.
    UnusableUrl,
    /// The process is root, and no account is there to run the server in its place.
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
        /// What `psql` told of it.
        told: String,
    },
    /// The server did not come up; the end of its log tells why.
    NotReady {
        /// The end of the server's log.
        log: String,
    },
}

impl Error {
    /// For `map_err`: the step that the system refused.
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
            Self::Sql { told } => write!(f, "psql failed: {}", told.trim()),
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
