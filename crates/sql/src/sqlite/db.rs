//! The types that the tables are compiled against.

/// The connection.
pub(crate) type Conn = diesel::SqliteConnection;
/// The backend.
pub(crate) type Db = diesel::sqlite::Sqlite;

/// What stands around a query whose ids are looked up.
pub(crate) const AMONG: [&str; 2] = [" in (", ")"];

/// No bytes, as a literal.
pub(crate) const NO_BYTES: &str = "x''";

/// Nothing: SQLite has one writer at a time.
pub(crate) const SKIP_LOCKED: &str = "";

/// The place of a row, by which it is deleted without a search.
pub(crate) const ROW: &str = "rowid";

/// The places of old audit entries, tenant by tenant: until when, and how many.
pub(crate) const OLDEST_AUDIT_ENTRIES: [&str; 3] = [
    "select e.rowid from tenants t cross join audit_entries e where e.tenant = t.id and e.at <= ",
    " limit ",
    "",
];
