//! A database that is dropped with its value.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::server::Connection;

/// A database of a [`Server`](crate::Server). Dropping the value drops the database, even if clients are
/// still connected.
pub struct Database {
    connection: Arc<Connection>,
    name: String,
    url: String,
}

impl Database {
    pub(crate) fn create(
        connection: &Arc<Connection>,
        template: Option<&str>,
    ) -> Result<Self, Error> {
        let name = connection.fresh_name();
        let url = connection.url_of(&name)?;
        let template =
            template.map_or_else(String::new, |template| format!(" template {template}"));
        connection.run_as_admin(&format!("create database {name}{template}"))?;
        Ok(Self {
            connection: Arc::clone(connection),
            name,
            url,
        })
    }

    /// The connection URL: `postgresql:///name?user=test&host=<directory>&port=5432`,
    /// or `TEST_DATABASE_URL` with this database's name.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database. The name needs no quotes in SQL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL and returns the rows as lines, with `|` between columns.
    ///
    /// # Errors
    /// A statement fails. The error contains the server's message, and statements before it in the same text
    /// are undone.
    pub fn run(&self, sql: &str) -> Result<String, Error> {
        self.connection.run(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self
            .connection
            .run_as_admin(&format!("drop database {} with (force)", self.name))
        {
            eprintln!("could not drop the database {}: {error}", self.name);
        }
    }
}

/// Omits the URL, which may contain a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
