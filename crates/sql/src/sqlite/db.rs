//! The types that the tables are compiled against.

/// The connection.
pub(crate) type Conn = diesel::SqliteConnection;
/// The backend.
pub(crate) type Db = diesel::sqlite::Sqlite;
