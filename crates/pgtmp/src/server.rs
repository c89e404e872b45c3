//! A server to make databases on.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::{env, fmt};

use crate::cluster::{self, Cluster};
use crate::programs::Places;
use crate::psql::Psql;
use crate::url::with_database;
use crate::{Database, Error};

/// How a throw-away server is run. A server named by `TEST_DATABASE_URL` keeps its own settings.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether a commit reaches the disk before it returns; slower, and wanted by crash tests only.
    pub durable: bool,
    /// How many connections the server accepts at once.
    pub max_connections: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: false,
            max_connections: 100,
        }
    }
}

/// A PostgreSQL on which databases may be made and dropped at will.
///
/// A throw-away server ends when the last handle to it, this or a [`Database`], is dropped,
/// and when the process ends in any way whatever.
pub struct Server {
    connection: Arc<Connection>,
    version: String,
}

/// What a server shares with its databases.
pub(crate) struct Connection {
    psql: Psql,
    /// A database that exists on any server, to send orders to.
    admin: String,
    /// Set apart from those of other processes on the same server.
    prefix: String,
    made: AtomicU32,
    /// Held so that the server outlives every database; `None` for a server that is not ours.
    cluster: Option<Cluster>,
}

impl Server {
    /// The server named by `TEST_DATABASE_URL`, or a fresh one with the default [`Options`].
    ///
    /// # Errors
    /// When there is neither, or it does not answer; the sentence tells what to install or set.
    pub fn start() -> Result<Self, Error> {
        Self::start_with(&Options::default())
    }

    /// The server named by `TEST_DATABASE_URL`, or a fresh one with these options.
    ///
    /// # Errors
    /// As [`Server::start`].
    #[expect(
        clippy::disallowed_methods,
        reason = "the variable that tests are run with"
    )]
    pub fn start_with(options: &Options) -> Result<Self, Error> {
        match env::var_os("TEST_DATABASE_URL").filter(|url| !url.is_empty()) {
            Some(url) => Self::connect(url.to_str().ok_or(Error::UnusableUrl)?),
            None => Self::throw_away(options),
        }
    }

    /// A fresh server with these options, whatever `TEST_DATABASE_URL` says.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn throw_away(options: &Options) -> Result<Self, Error> {
        let programs = Places::of_this_process()
            .server()
            .ok_or(Error::NoPostgres)?;
        let cluster = Cluster::start(&programs, options)?;
        let admin = format!(
            "postgresql:///postgres?user={}&host={}&port=5432",
            cluster::USER,
            cluster.dir().display()
        );
        Self::over(Psql::at(&programs.join("psql")), admin, Some(cluster))
    }

    /// The server of this process, started by the first who asks.
    ///
    /// # Panics
    /// When it cannot be started, with the sentence of the [`Error`]: a test can do nothing else.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Result<Server, Error>> = LazyLock::new(Server::start);
        match &*SHARED {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// The server's name and version, such as `PostgreSQL 15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A new and empty database.
    ///
    /// # Errors
    /// When the server refuses, as a role without `CREATEDB` is.
    pub fn create_database(&self) -> Result<Database, Error> {
        Database::create(&self.connection, None)
    }

    /// A copy of a database of this server, tables, rows and all.
    ///
    /// # Errors
    /// When the server refuses, as it does while anyone is connected to the template.
    pub fn create_database_from(&self, template: &Database) -> Result<Database, Error> {
        Database::create(&self.connection, Some(template.name()))
    }

    fn connect(url: &str) -> Result<Self, Error> {
        // Asked for early, so that a URL that no database can be put into is told as such.
        with_database(url, "any").ok_or(Error::UnusableUrl)?;
        let psql = Places::of_this_process().psql().ok_or(Error::NoPsql)?;
        Self::over(Psql::at(&psql), url.to_owned(), None)
    }

    fn over(psql: Psql, admin: String, cluster: Option<Cluster>) -> Result<Self, Error> {
        // Debian's reads "15.18 (Debian 15.18-0+deb12u1)".
        let told = psql.run(&admin, "show server_version")?;
        let number = told.split_whitespace().next().unwrap_or_default();
        let version = format!("PostgreSQL {number}");
        let prefix = format!("mintage_{:016x}", RandomState::new().hash_one(()));
        let connection = Connection {
            psql,
            admin,
            prefix,
            made: AtomicU32::new(0),
            cluster,
        };
        Ok(Self {
            connection: Arc::new(connection),
            version,
        })
    }
}

/// Says nothing of the URL: it may hold a password.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("version", &self.version)
            .field("dir", &self.connection.cluster.as_ref().map(Cluster::dir))
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// A name that no other database of the server has.
    pub(crate) fn fresh_name(&self) -> String {
        format!(
            "{}_{}",
            self.prefix,
            self.made.fetch_add(1, Ordering::Relaxed)
        )
    }

    /// The URL of a database of this server.
    pub(crate) fn url_of(&self, database: &str) -> Result<String, Error> {
        with_database(&self.admin, database).ok_or(Error::UnusableUrl)
    }

    /// Runs SQL beside any database of ours.
    pub(crate) fn order(&self, sql: &str) -> Result<String, Error> {
        self.psql.run(&self.admin, sql)
    }

    /// Runs SQL on the database of this URL.
    pub(crate) fn run(&self, url: &str, sql: &str) -> Result<String, Error> {
        self.psql.run(url, sql)
    }
}
