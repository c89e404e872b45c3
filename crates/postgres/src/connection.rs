//! Connections, and what happens to those that are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::{
    AnsiTransactionManager, InstrumentationEvent, SimpleConnection, TransactionManager,
};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::{Connection, ConnectionError, PgConnection};
use mintage_domain::ports::StoreError;
use mintage_sql::Error;

use crate::config::PostgresConfig;
use crate::error::{is_lost, is_unnamed, store_error};
use crate::url::{Url, quotable};

/// A connection that detects its loss, so that it is not used again.
pub(crate) struct Link {
    connection: PgConnection,
    lost: bool,
    /// How many statements the connection has prepared and keeps.
    prepared: Arc<AtomicUsize>,
    max_prepared: usize,
}

impl Link {
    /// Does something on the connection.
    pub(crate) fn work<T>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let done = work(&mut self.connection);
        if let Err(Error::Database(error)) = &done {
            self.note(error);
        }
        done
    }

    /// Finds out whether an error was the loss of the connection, and returns whether it was.
    pub(crate) fn note(&mut self, error: &diesel::result::Error) -> bool {
        // A server that shuts down says so in an error that has no kind, and then answers no more.
        self.lost |= is_lost(error) || (is_unnamed(error) && !self.answers());
        self.lost
    }

    /// Whether the connection was lost.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    fn answers(&mut self) -> bool {
        self.connection.batch_execute("select 1").is_ok()
    }

    /// The connection itself, for what tells of its loss otherwise.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    fn is_usable(&mut self) -> bool {
        !self.lost
            && self.prepared.load(Ordering::Relaxed) <= self.max_prepared
            && !AnsiTransactionManager::is_broken_transaction_manager(&mut self.connection)
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// Changes to the tables: no statement is too long for it.
    Migrations,
    /// Batches: all statements find rows by their keys.
    Writer,
    /// Validations: the same, and nothing waits until what was written is durable. A crash of the
    /// database may forget nonces, which would be forgotten minutes later anyway.
    Reader,
    /// Takes from rates: likewise.
    Rates,
    /// Everything else.
    Pool,
}

/// Where connections come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    url: Url,
    duty: Duty,
    patience: Duration,
    max_prepared: usize,
    read_only: bool,
}

impl Source {
    fn new(url: &Url, duty: Duty, config: &PostgresConfig) -> Self {
        Self {
            url: url.clone(),
            duty,
            patience: config.patience,
            max_prepared: config.max_prepared,
            read_only: config.read_only,
        }
    }

    /// Connections that change the tables.
    pub(crate) fn migrations(url: &Url, config: &PostgresConfig) -> Self {
        Self::new(url, Duty::Migrations, config)
    }

    /// Connections of the writer.
    pub(crate) fn writer(url: &Url, config: &PostgresConfig) -> Self {
        Self::new(url, Duty::Writer, config)
    }

    /// Connections of the hot read.
    pub(crate) fn reader(url: &Url, config: &PostgresConfig) -> Self {
        Self::new(url, Duty::Reader, config)
    }

    /// Connections of the rate limiter.
    pub(crate) fn rates(url: &Url, config: &PostgresConfig) -> Self {
        Self::new(url, Duty::Rates, config)
    }

    /// Connections of the pool.
    pub(crate) fn pooled(url: &Url, config: &PostgresConfig) -> Self {
        Self::new(url, Duty::Pool, config)
    }

    fn open(&self) -> Result<Link, ConnectionError> {
        let mut connection = PgConnection::establish(self.url.expose())?;
        connection
            .batch_execute(&self.settings())
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        let prepared = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&prepared);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Link {
            connection,
            lost: false,
            prepared,
            max_prepared: self.max_prepared,
        })
    }

    /// The settings that every new connection gets first.
    fn settings(&self) -> String {
        let patience = self.patience.as_millis();
        let limits = match self.duty {
            Duty::Migrations => "set statement_timeout = 0;".to_owned(),
            Duty::Writer | Duty::Reader | Duty::Rates | Duty::Pool => format!(
                "set jit = off; set statement_timeout = {}; set lock_timeout = {patience}; \
                 set idle_in_transaction_session_timeout = {patience};",
                2 * patience
            ),
        };
        let plans = match self.duty {
            Duty::Migrations => "",
            // A plan that was made while a table was empty is kept until the table is analyzed.
            Duty::Pool => "set enable_seqscan = off;",
            // Each statement is planned once, to look rows up by their keys, whatever the
            // statistics of a young table say. At its usual price, a look into an index costs more
            // than reading all of a table that is thought to be small.
            Duty::Writer | Duty::Reader | Duty::Rates => {
                "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; \
                 set enable_hashjoin = off; set enable_mergejoin = off; set random_page_cost = 0.1;"
            }
        };
        let durability = match self.duty {
            Duty::Migrations | Duty::Writer | Duty::Pool => "",
            Duty::Reader | Duty::Rates => "set synchronous_commit = off;",
        };
        let access = if self.read_only {
            "set default_transaction_read_only = on;"
        } else {
            ""
        };
        [limits.as_str(), plans, durability, access].concat()
    }

    /// A new connection, or a sentence that holds no password.
    pub(crate) fn link(&self) -> Result<Link, String> {
        self.open().map_err(|error| match error {
            ConnectionError::BadConnection(message) => quotable(&message),
            // Said by a server that the URL did lead to.
            other => other.to_string(),
        })
    }
}

impl ManageConnection for Source {
    type Connection = Link;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Link, ConnectionError> {
        self.open()
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), ConnectionError> {
        link.connection
            .batch_execute("select 1")
            .map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        std::thread::panicking() || !link.is_usable()
    }
}

/// A connection of one thread, replaced when it is lost.
pub(crate) struct Line {
    source: Source,
    link: Option<Link>,
}

impl Line {
    pub(crate) fn new(source: Source, link: Link) -> Self {
        let link = Some(link);
        Self { source, link }
    }

    /// The connection.
    pub(crate) fn link(&mut self) -> Result<&mut Link, StoreError> {
        if self.link.as_mut().is_some_and(|link| !link.is_usable()) {
            self.link = None;
        }
        match &mut self.link {
            Some(link) => Ok(link),
            none => {
                let link = self.source.link().map_err(StoreError::Unavailable)?;
                Ok(none.insert(link))
            }
        }
    }

    /// Does something on the connection, and once more on a new one if it turns out to be lost: after
    /// a restart of the database every idle connection is.
    pub(crate) fn work<T>(
        &mut self,
        work: impl Fn(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let link = self.link()?;
        match link.work(&work) {
            Err(_) if link.is_lost() => self.link()?.work(work).map_err(store_error),
            done => done.map_err(store_error),
        }
    }

    /// Lets the connection go.
    pub(crate) fn hang_up(&mut self) {
        self.link = None;
    }
}

/// A pool of durable connections, none of which is opened before it is needed.
pub(crate) fn pool(url: &Url, config: &PostgresConfig) -> Pool<Source> {
    Pool::builder()
        .max_size(config.connections.max(1))
        .min_idle(Some(0))
        .connection_timeout(config.patience)
        .test_on_check_out(false)
        .build_unchecked(Source::pooled(url, config))
}
