//! The PostgreSQL server.

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
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
    /// Whether a commit reaches the disk before it returns. Slower, and needed by crash tests and
    /// measurements only.
    pub durable: bool,
    /// How many connections the server accepts at once.
    pub max_connections: u16,
    /// Further settings of the server, such as `shared_buffers=512MB`.
    pub settings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durable: false,
            max_connections: 100,
            settings: Vec::new(),
        }
    }
}

/// A PostgreSQL server on which databases can be created and dropped.
///
/// A throw-away server stops when the last handle, a `Server` or a [`Database`], is dropped, or when the
/// process ends for any reason.
pub struct Server {
    connection: Arc<Connection>,
    version: String,
}

/// The state that a server shares with its databases.
pub(crate) struct Connection {
    psql: Psql,
    /// The URL of a database that exists on every server, for `create database` and `drop database`.
    admin: String,
    /// The prefix of database names, which differs from those of other processes on the same server.
    prefix: String,
    created: AtomicU32,
    /// Keeps a throw-away server running while there are databases; `None` for a server that
    /// `TEST_DATABASE_URL` names.
    cluster: Option<Cluster>,
    /// The directory of the programs of a throw-away server.
    programs: Option<PathBuf>,
}

impl Server {
    /// The server that `TEST_DATABASE_URL` names, or a throw-away server with the default [`Options`].
    ///
    /// # Errors
    /// There is neither, or the server does not answer. The message says what to install or set.
    pub fn start() -> Result<Self, Error> {
        Self::start_with(&Options::default())
    }

    /// The server that `TEST_DATABASE_URL` names, or a throw-away server with these options.
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

    /// A throw-away server with these options, even if `TEST_DATABASE_URL` is set.
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
        let psql = Psql::at(&programs.join("psql"));
        Self::over(psql, admin, Some((cluster, programs)))
    }

    /// The server of this process, started by the first call.
    ///
    /// # Panics
    /// The server cannot be started. The panic contains the message of the [`Error`].
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Result<Server, Error>> = LazyLock::new(Server::start);
        match &*SHARED {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// The name and version of the server, such as `PostgreSQL 15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The path of another program of a throw-away server, such as `pgbench`; `None` if its
    /// installation lacks the program, and for a server that `TEST_DATABASE_URL` names.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let program = self.connection.programs.as_ref()?.join(name);
        program.is_file().then_some(program)
    }

    /// The id of the first process of a throw-away server, which is the parent of all others.
    pub fn process_id(&self) -> Option<u32> {
        self.connection.cluster.as_ref()?.process_id()
    }

    /// Creates an empty database.
    ///
    /// # Errors
    /// The server refuses, for example because the role lacks `CREATEDB`.
    pub fn create_database(&self) -> Result<Database, Error> {
        Database::create(&self.connection, None)
    }

    /// Creates a copy of a database of this server, with its tables and rows.
    ///
    /// # Errors
    /// The server refuses, for example because a client is connected to the template.
    pub fn create_database_from(&self, template: &Database) -> Result<Database, Error> {
        Database::create(&self.connection, Some(template.name()))
    }

    fn connect(url: &str) -> Result<Self, Error> {
        // Checked first, so that an unusable URL is reported as such.
        with_database(url, "any").ok_or(Error::UnusableUrl)?;
        let psql = Places::of_this_process().psql().ok_or(Error::NoPsql)?;
        Self::over(Psql::at(&psql), url.to_owned(), None)
    }

    fn over(
        psql: Psql,
        admin: String,
        throw_away: Option<(Cluster, PathBuf)>,
    ) -> Result<Self, Error> {
        // On Debian the version is "15.18 (Debian 15.18-0+deb12u1)".
        let reported = psql.run(&admin, "show server_version")?;
        let number = reported.split_whitespace().next().unwrap_or_default();
        let version = format!("PostgreSQL {number}");
        let prefix = format!("mintage_{:016x}", RandomState::new().hash_one(()));
        let (cluster, programs) = throw_away.unzip();
        let connection = Connection {
            psql,
            admin,
            prefix,
            created: AtomicU32::new(0),
            cluster,
            programs,
        };
        Ok(Self {
            connection: Arc::new(connection),
            version,
        })
    }
}

/// Omits the URL, which may contain a password.
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
            self.created.fetch_add(1, Ordering::Relaxed)
        )
    }

    pub(crate) fn url_of(&self, database: &str) -> Result<String, Error> {
        with_database(&self.admin, database).ok_or(Error::UnusableUrl)
    }

    /// Runs SQL on the database that exists on every server.
    pub(crate) fn run_as_admin(&self, sql: &str) -> Result<String, Error> {
        self.psql.run(&self.admin, sql)
    }

    pub(crate) fn run(&self, url: &str, sql: &str) -> Result<String, Error> {
        self.psql.run(url, sql)
    }
}
