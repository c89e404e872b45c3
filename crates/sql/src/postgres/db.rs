//! The types that the tables are compiled against.

/// The connection.
pub(crate) type Conn = diesel::PgConnection;
/// The backend.
pub(crate) type Db = diesel::pg::Pg;
