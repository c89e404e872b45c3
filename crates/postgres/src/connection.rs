//! Connections, and what happens to those that are lost.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::{Connection, ConnectionError, PgConnection};
use mintage_domain::ports::StoreError;
use mintage_sql::Error;

use crate::config::PostgresConfig;
use crate::error::is_lost;
use crate::url::{Url, quotable};

/// A connection that knows when it is lost, so that it is not used again.
pub(crate) struct Link {
    connection: PgConnection,
    lost: bool,
}

impl Link {
    /// Does something on the connection.
    pub(crate) fn work<T>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let done = work(&mut self.connection);
        if let Err(Error::Database(error)) = &done {
            self.lost |= is_lost(error);
        }
        done
    }

    /// The connection itself, for what tells of its loss otherwise.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    fn is_usable(&mut self) -> bool {
        !self.lost && !AnsiTransactionManager::is_broken_transaction_manager(&mut self.connection)
    }
}

/// Where connections come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    url: Url,
    /// What every new connection is told first.
    settings: Option<&'static str>,
}

impl Source {
    /// Connections that answer when what they wrote is durable.
    pub(crate) fn durable(url: Url) -> Self {
        Self {
            url,
            settings: None,
        }
    }

    /// Connections that do not wait for that: for nonces, which a crash of the database may
    /// forget, as they would be forgotten minutes later anyway.
    pub(crate) fn hasty(url: Url) -> Self {
        let settings = Some("set synchronous_commit = off");
        Self { url, settings }
    }

    fn open(&self) -> Result<Link, ConnectionError> {
        let mut connection = PgConnection::establish(self.url.expose())?;
        if let Some(settings) = self.settings {
            connection
                .batch_execute(settings)
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        Ok(Link {
            connection,
            lost: false,
        })
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

/// A connection of one thread, made anew when it is lost.
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

    /// Lets the connection go.
    pub(crate) fn hang_up(&mut self) {
        self.link = None;
    }
}

/// A pool of durable connections, none of which is opened before it is needed.
pub(crate) fn pool(url: Url, config: &PostgresConfig) -> Pool<Source> {
    Pool::builder()
        .max_size(config.connections.max(1))
        .min_idle(Some(0))
        .connection_timeout(config.patience)
        .test_on_check_out(false)
        .build_unchecked(Source::durable(url))
}
