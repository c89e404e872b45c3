//! A database that lasts as long as its guard.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::server::Connection;

/// A database of a [`Server`](crate::Server). Dropping it drops the database, whoever is still connected.
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
        connection.order(&format!("create database {name}{template}"))?;
        Ok(Self {
            connection: Arc::clone(connection),
            name,
            url,
        })
    }

    /// Where it is, as libpq reads it: `postgresql:///name?user=test&host=<directory>&port=5432`,
    /// or `TEST_DATABASE_URL` with this database's name.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server; needs no quotes in SQL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL on it and returns the rows as lines, columns parted by `|`.
    ///
    /// # Errors
    /// With the server's words, when a statement fails; those before it in the same text are undone.
    pub fn run(&self, sql: &str) -> Result<String, Error> {
        self.connection.run(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self
            .connection
            .order(&format!("drop database {} with (force)", self.name))
        {
            eprintln!("the database {} stays behind: {error}", self.name);
        }
    }
}

/// Says nothing of the URL: it may hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
