//! The types that the tables are compiled against.

/// The connection.
pub(crate) type Conn = diesel::PgConnection;
/// The backend.
pub(crate) type Db = diesel::pg::Pg;

/// What stands around a query whose ids are looked up: an array, so that the query runs once and the
/// planner has no join to choose.
pub(crate) const AMONG: [&str; 2] = [" = any(array(", "))"];

/// No bytes, as a literal.
pub(crate) const NO_BYTES: &str = "''";

/// The end of a query that leaves out rows which another transaction has locked, and locks the others.
pub(crate) const SKIP_LOCKED: &str = " for update skip locked";

/// The place of a row, by which it is deleted without a search.
pub(crate) const ROW: &str = "ctid";

/// The places of old audit entries, tenant by tenant: until when, and how many.
pub(crate) const OLDEST_AUDIT_ENTRIES: [&str; 3] = [
    "select oldest.row_id from tenants t cross join lateral (\
        select e.ctid as row_id from audit_entries e where e.tenant = t.id and e.at <= ",
    " order by e.at limit 1000) as oldest limit ",
    "",
];
