//! Connections, set up alike.

use std::fmt::Display;
use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ConnectionManager, CustomizeConnection, Pool};
use diesel::sql_types::Bool;

use crate::config::{OpenError, SqliteConfig};
use crate::files::beside;

pub(crate) type Readers = Pool<ConnectionManager<SqliteConnection>>;

/// The settings of every connection. `synchronous=FULL`: what was acknowledged survives a power
/// cut.
fn settings(config: &SqliteConfig) -> String {
    format!(
        "pragma busy_timeout = {}; pragma synchronous = full; pragma foreign_keys = on; \
         pragma cache_size = -{}; pragma mmap_size = {};",
        config.patience.as_millis(),
        config.cache_kib,
        config.mmap_bytes
    )
}

/// A connection that may write.
pub(crate) fn open(url: &str, config: &SqliteConfig) -> Result<SqliteConnection, String> {
    let mut connection = SqliteConnection::establish(url).map_err(|error| error.to_string())?;
    connection
        .batch_execute(&settings(config))
        // Kept in the file, so that every connection has it from then on.
        .and_then(|()| {
            let wal = || connection.batch_execute("pragma journal_mode = wal;");
            again_while_locked(wal, is_locked)
        })
        .map_err(|error| error.to_string())?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn open_read_only(url: &str, config: &SqliteConfig) -> Result<SqliteConnection, String> {
    let mut connection = SqliteConnection::establish(url).map_err(|error| error.to_string())?;
    connection
        .batch_execute(&settings(config))
        .map_err(|error| error.to_string())?;
    Ok(connection)
}

/// The URL of a database that is read and left as it is. SQLite would create two files beside a database
/// that nobody has open, unless it takes the file for immutable.
pub(crate) fn read_only_url_of(path: &Path) -> Result<String, OpenError> {
    let escaped = url_of(path)?
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let is_in_use = beside(path, "-wal").exists();
    let immutable = if is_in_use { "" } else { "&immutable=1" };
    Ok(format!("file:{escaped}?mode=ro{immutable}"))
}

/// How often work is tried that meets a lock which SQLite does not wait for, and the pause in between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Whether an error says that another process holds a lock.
pub(crate) fn is_locked(error: &impl Display) -> bool {
    error.to_string().contains("is locked")
}

/// Does work again while it meets a lock. SQLite waits for most locks by itself, and reports some at once:
/// those of the journal mode, and those where another process has committed in between.
pub(crate) fn again_while_locked<T, E>(
    mut work: impl FnMut() -> Result<T, E>,
    is_locked: impl Fn(&E) -> bool,
) -> Result<T, E> {
    for _ in 1..TRIES {
        match work() {
            Err(error) if is_locked(&error) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    work()
}

/// The path as SQLite takes it.
pub(crate) fn url_of(path: &Path) -> Result<String, OpenError> {
    match path.to_str() {
        // Each connection would get an empty database of its own.
        None | Some("" | ":memory:") => Err(OpenError::NotAFile(path.to_owned())),
        Some(url) if url.starts_with("file:") => Err(OpenError::NotAFile(path.to_owned())),
        Some(url) => Ok(url.to_owned()),
    }
}

/// Whether no table has a tenant or proof of a master key. Older databases lack the second table,
/// and new ones lack both.
#[expect(
    clippy::disallowed_methods,
    reason = "the DSL has no tables that may be missing"
)]
pub(crate) fn is_unused(connection: &mut SqliteConnection) -> QueryResult<bool> {
    for table in ["tenants", "master_keys"] {
        let has_rows = format!("select exists (select 1 from {table}) as found");
        if has_table(connection, table)?
            && diesel::sql_query(has_rows)
                .get_result::<Exists>(connection)?
                .found
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a table of this name exists.
#[expect(
    clippy::disallowed_methods,
    reason = "the DSL has no tables that may be missing"
)]
pub(crate) fn has_table(connection: &mut SqliteConnection, table: &str) -> QueryResult<bool> {
    let query =
        format!("select exists (select 1 from sqlite_master where name = '{table}') as found");
    let exists: Exists = diesel::sql_query(query).get_result(connection)?;
    Ok(exists.found)
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Connections that only read.
pub(crate) fn readers(url: &str, config: &SqliteConfig) -> Result<Readers, String> {
    Pool::builder()
        .max_size(config.readers.max(1))
        .min_idle(Some(1))
        .connection_timeout(config.patience)
        .test_on_check_out(false)
        .connection_customizer(Box::new(Reader(settings(config))))
        .build(ConnectionManager::new(url))
        .map_err(|error| error.to_string())
}

#[derive(Debug)]
struct Reader(String);

impl CustomizeConnection<SqliteConnection, r2d2::Error> for Reader {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), r2d2::Error> {
        connection
            .batch_execute(&self.0)
            .and_then(|()| connection.batch_execute("pragma query_only = on;"))
            .map_err(r2d2::Error::QueryError)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::select;
    use diesel::sql_types::Bool;

    #[test]
    fn sqlite_is_built_so_that_a_bound_value_does_not_change_a_plan() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        for (option, is_used) in [("ENABLE_QPSG", true), ("ENABLE_STAT4", false)] {
            let used = sql::<Bool>(&format!("sqlite_compileoption_used('{option}')"));
            let used: bool = select(used).get_result(&mut connection).unwrap();
            assert_eq!(used, is_used, "{option}");
        }
    }
}
